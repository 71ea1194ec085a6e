// A real server of the official TypeScript SDK. See `../server.py`.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'story', version: '1' });
const says = (text) => ({ content: [{ type: 'text', text }] });
let counted = 0;
server.registerTool('pid', {}, () => says(String(process.pid)));
server.registerTool('counter', {}, () => says(String(++counted)));
server.registerTool('large', {}, () => says('x'.repeat(1_000_000)));
server.registerTool('slow', {}, () => new Promise(() => {}));
await server.connect(new StdioServerTransport());
process.stdin.on('end', () => process.exit(0));
