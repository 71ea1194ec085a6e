// A story with the official TypeScript SDK's client: `node client.mjs STORY SHIMKEEPER HOME WATCH SERVER`.
// Node gives its children sockets where others give pipes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

const [shimkeeper, home, watch, server] = process.argv.slice(3);
const lost = 'the server was restarted before it answered; send the request again';
const restart = () => promisify(execFile)(shimkeeper, ['--home', home, 'restart', '--watch', watch]);

const transport = new StdioClientTransport({
    command: shimkeeper,
    args: ['--home', home, 'guard', '--', process.execPath, server],
    env: process.env,
});
const client = new Client({ name: 'story', version: '1' });
const changed = new Promise((heard) => client.setNotificationHandler(ToolListChangedNotificationSchema, heard));
await client.connect(transport);
const text = async (name) => (await client.callTool({ name })).content[0].text;

const guard = transport.pid;
const before = await text('pid');
assert.equal(await text('counter'), '1');
const flight = client.callTool({ name: 'slow' }).catch((error) => error);
// Its place in the order of messages: whatever comes after it was answered after it was heard.
assert.equal(await text('counter'), '2');
const { stdout } = await restart();
const after = await text('pid');
assert.notEqual(before, after);
assert.ok(stdout.includes(`as PID ${after}`), stdout);
assert.equal(transport.pid, guard);
assert.equal(await text('counter'), '1', 'a new server');
assert.equal((await client.listTools()).tools.length, 4);
await changed;
const error = await flight;
assert.equal(error.code, -32010, error);
assert.ok(error.message.endsWith(lost), error.message);
assert.equal((await text('large')).length, 1_000_000);

// Again, with calls during the restart: each is answered or lost by name.
let [going, answered] = [true, 0];
const caller = async () => {
    while (going) {
        await text('large').then(() => answered++, (error) => assert.equal(error.code, -32010, error));
    }
};
const callers = [caller(), caller()];
for (let times = 0; times < 3; times++) {
    await restart();
}
going = false;
await Promise.all(callers);
assert.ok(answered > 0);
await client.close();
