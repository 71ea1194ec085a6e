// Consents, in the official TypeScript SDK's client over server-everything: `node everything.mjs STORY SHIMKEEPER HOME
// WATCH SERVER`. Every server counts its questions from 0; an answer is for the one that asked.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const [shimkeeper, home, watch, server] = process.argv.slice(3);
const restart = () => promisify(execFile)(shimkeeper, ['--home', home, 'restart', '--watch', watch]);

const transport = new StdioClientTransport({
    command: shimkeeper,
    args: ['--home', home, 'guard', '--', process.execPath, server, 'stdio'],
    env: process.env,
    stderr: 'inherit',
});
const capabilities = { elicitation: {}, sampling: {}, roots: { listChanged: true } };
const client = new Client({ name: 'story', version: '1' }, { capabilities });

// Each question is a dialog that is open until somebody decides.
const dialogs = [];
let opened = () => {};
const asks = (request, extra) => new Promise((decide) => {
    dialogs.push({ id: extra.requestId, method: request.method, signal: extra.signal, decide });
    opened();
});
client.setRequestHandler(ElicitRequestSchema, asks);
client.setRequestHandler(CreateMessageRequestSchema, asks);
client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///story' }] }));
await client.connect(transport);

const dialog = async (count) => {
    while (dialogs.length < count) {
        await new Promise((resolve) => { opened = resolve; });
    }
    return dialogs[count - 1];
};
const sampled = (text) => ({ model: 'm', role: 'assistant', content: { type: 'text', text } });
const kinds = [
    ['trigger-elicitation-request', {}, { action: 'accept', content: { name: 'old', check: true } }, { action: 'decline' }, /declined/],
    ['trigger-sampling-request', { prompt: 'p', maxTokens: 5 }, sampled('old'), sampled('new'), /new/],
];
let count = 0;
for (const [name, args, old, right, says] of kinds) {
    // First behind the first server, then behind a later one.
    for (const life of [1, 2]) {
        const lost = client.callTool({ name, arguments: args }).catch((error) => error);
        const first = await dialog(++count);
        await restart();
        assert.equal((await lost).code, -32010, `${name} is lost in ${life}`);
        // The SDK does not take back a question of the number 0, and so sends the answer to it, however late.
        assert.equal(first.signal.aborted, first.id !== 0, 'the dialog is closed');
        first.decide(old);
        const answer = client.callTool({ name, arguments: args });
        const second = await dialog(++count);
        assert.equal(second.method, first.method);
        assert.notEqual(second.id, first.id, 'another question has another name');
        // Where the SDK does not, other clients do.
        await transport.send({ jsonrpc: '2.0', id: first.id, result: old });
        await client.ping();
        second.decide(right);
        const text = JSON.stringify(await answer);
        assert.match(text, says);
        assert.doesNotMatch(text, /old/, 'a consent for one thing is none for another');
        // Before the second round: the one that answers is of a later life as well.
        await transport.send({ jsonrpc: '2.0', id: second.id, result: old });
        await restart();
        assert.match(JSON.stringify(await client.callTool({ name: 'echo', arguments: { message: 'on' } })), /on/);
    }
}
const roots = await client.callTool({ name: 'get-roots-list', arguments: {} });
assert.match(JSON.stringify(roots), /file:\/\/\/story/);
await client.close();
