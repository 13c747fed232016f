// Connects the official MCP client to /mcp and reports what it sees.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const mode = process.argv[2];
const client = new Client({ name: 'conformance', version: '1' }, mode === 'auto' ? { versionNegotiation: { mode: 'auto' } } : {});
const transport = new StreamableHTTPClientTransport(new URL(`${process.env.GATEWAY_URL}/mcp`), {
  requestInit: { headers: { Authorization: `Bearer ${process.env.API_KEY}` } },
});
try {
  await client.connect(transport);
  if (mode !== 'auto') await client.ping();
  const { tools } = await client.listTools();
  console.log(JSON.stringify({ server: client.getServerVersion()?.name, tools: tools.length }));
  await client.close();
} catch (e) {
  console.log(JSON.stringify({ error: e.message }));
}
process.exit(0);
