// The official @anthropic-ai/sdk package, unmodified, against the simulator.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { failure, png, run, url, weather, weatherExample } from './checks.mjs';

const client = new Anthropic({ baseURL: url, apiKey: 'sk-ant-any', maxRetries: 0 });
const user = (content) => ({ role: 'user', content });
const tools = [{ name: 'get_weather', description: 'Weather', input_schema: weather }];
const thinking = { type: 'enabled', budget_tokens: 2048 };
const base = { model: 'claude-sim-chat', max_tokens: 4096, messages: [user('Hello')] };

async function loop(send) {
  const first = await send({ ...base, model: 'claude-sim-think-parallel', thinking, tools });
  assert.equal(first.stop_reason, 'tool_use');
  assert.deepEqual(first.content.map((b) => b.type), ['thinking', 'tool_use', 'tool_use']);
  assert.deepEqual(first.content[1].input, weatherExample);
  assert.match(first.content[0].thinking, /🤔/);
  const results = first.content.filter((b) => b.type === 'tool_use').map((b) => ({ type: 'tool_result', tool_use_id: b.id, content: '4 degrees' }));
  const next = (content) => ({ ...base, model: 'claude-sim-think-parallel', thinking, tools, messages: [...base.messages, { role: 'assistant', content }, user(results)] });
  const second = await send(next(first.content));
  assert.match(second.content.at(-1).text, /the tool said: 4 degrees/);
  const without = await failure(() => send(next(first.content.slice(1))));
  assert.equal(without.status, 400);
  assert.match(without.message, /must start with a thinking block/);
  const changed = structuredClone(first.content);
  changed[0].thinking = changed[0].thinking.trim();
  assert.match((await failure(() => send(next(changed)))).message, /Invalid `signature`/);
  assert.match((await failure(() => send({ ...next(first.content), messages: next(first.content).messages.slice(0, 2) }))).message, /without `tool_result` blocks/);
}

await run({
  async json() {
    const message = await client.messages.create(base);
    assert.match(message.content[0].text, /You said: Hello/);
    assert.equal(message.stop_reason, 'end_turn');
    assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
  },
  async stream() {
    const kinds = [];
    const stream = client.messages.stream(base);
    stream.on('streamEvent', (e) => kinds.push(e.type));
    const message = await stream.finalMessage();
    assert.match(message.content[0].text, /You said: Hello/);
    assert.equal(kinds[0], 'message_start');
    assert.equal(kinds.at(-1), 'message_stop');
    assert.ok(message.usage.output_tokens > 5);
  },
  jsonToolLoop: () => loop((body) => client.messages.create(body)),
  streamToolLoop: () => loop((body) => client.messages.stream(body).finalMessage()),
  async directedRounds() {
    const body = { ...base, model: 'claude-sim-think', thinking, tools, messages: [user('Please [[call get_weather {"city":"Oslo"}]] and [[call get_weather {"city":"Bergen"}]]')] };
    const cities = [];
    for (let answer; (answer = await client.messages.create(body)); ) {
      const call = answer.content.find((b) => b.type === 'tool_use');
      if (!call) break;
      cities.push(call.input.city);
      body.messages.push({ role: 'assistant', content: answer.content }, user([{ type: 'tool_result', tool_use_id: call.id, content: 'cold' }]));
    }
    assert.deepEqual(cities, ['Oslo', 'Bergen']);
    const lost = structuredClone(body);
    lost.messages[1].content.shift();
    assert.match((await failure(() => client.messages.create(lost))).message, /messages.1.content.0.type: Expected `thinking`/);
  },
  async redactedThinking() {
    const first = await client.messages.stream({ ...base, model: 'claude-sim-redacted-tools', thinking, tools }).finalMessage();
    assert.equal(first.content[0].type, 'redacted_thinking');
    const results = [{ type: 'tool_result', tool_use_id: first.content[1].id, content: 'x' }];
    await client.messages.create({ ...base, model: 'claude-sim-redacted-tools', thinking, tools, messages: [...base.messages, { role: 'assistant', content: first.content }, user(results)] });
  },
  async structured() {
    const message = await client.messages.create({ ...base, output_config: { format: { type: 'json_schema', schema: weather } } });
    assert.deepEqual(JSON.parse(message.content[0].text), weatherExample);
  },
  async cacheUsage() {
    const { usage } = await client.messages.create({ ...base, model: 'sim-cached', messages: [user('x'.repeat(400))] });
    assert.equal(usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens, 100);
    assert.equal(usage.cache_creation.ephemeral_5m_input_tokens + usage.cache_creation.ephemeral_1h_input_tokens, usage.cache_creation_input_tokens);
  },
  async inspect() {
    const message = await client.messages.create({
      ...base,
      model: 'sim-inspect',
      system: [{ type: 'text', text: 'Be kind', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      tools,
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      messages: [
        user([
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
          { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: png }, title: 'a.pdf' },
          { type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } },
        ]),
      ],
    });
    const seen = JSON.parse(message.content[0].text);
    assert.deepEqual(seen.system, [{ kind: 'text', text: 'Be kind', cache: '1h' }]);
    assert.deepEqual(seen.messages[0].parts.map((p) => p.kind), ['image', 'file', 'text']);
    assert.equal(seen.messages[0].parts[0].bytes, 70);
    assert.equal(seen.parallel_tools, false);
    assert.deepEqual(seen.tools[0].schema, weather);
  },
  async refusal() {
    const message = await client.messages.create({ ...base, model: 'sim-refusal' });
    assert.equal(message.stop_reason, 'refusal');
  },
  async length() {
    assert.equal((await client.messages.stream({ ...base, model: 'sim-length' }).finalMessage()).stop_reason, 'max_tokens');
  },
  async stopSequence() {
    const message = await client.messages.create({ ...base, model: 'sim-stop-sequence', stop_sequences: ['END'] });
    assert.deepEqual([message.stop_reason, message.stop_sequence], ['stop_sequence', 'END']);
  },
  async count() {
    assert.ok((await client.messages.countTokens({ model: 'sim-chat', messages: base.messages })).input_tokens > 0);
  },
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes('sim-think-tools'));
    assert.equal((await client.models.retrieve('sim-chat')).type, 'model');
  },
  async errors() {
    const of = async (body) => failure(() => client.messages.create({ ...base, ...body }));
    assert.equal((await of({ max_tokens: undefined })).message.includes('max_tokens: Field required'), true);
    assert.match((await of({ temperature: 0.5 })).message, /2026-10-21/);
    assert.match((await of({ frequency_penalty: 1 })).message, /frequency_penalty: Extra inputs are not permitted/);
    assert.match((await of({ messages: [user([{ type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: png } }])] })).message, /media_type/);
    assert.match((await of({ tools: [{ name: 'x' }] })).message, /input_schema: Field required/);
    const limited = await of({ model: 'sim-429' });
    assert.ok(limited instanceof Anthropic.RateLimitError);
    assert.equal(limited.headers.get('retry-after'), '1');
    assert.equal((await of({ model: 'claude-sim-529' })).type, 'overloaded_error');
    assert.equal((await of({ model: 'sim-500' })).type, 'api_error');
    assert.ok((await of({ model: 'sim-500' })).requestID);
  },
  async olderVersionTakesTemperature() {
    const older = new Anthropic({ baseURL: url, apiKey: 'x', maxRetries: 0, defaultHeaders: { 'anthropic-version': '2023-06-01' } });
    await older.messages.create({ ...base, temperature: 0.5 });
  },
  async brokenStreams() {
    assert.match((await failure(() => client.messages.stream({ ...base, model: 'sim-error-event' }).finalMessage())).message, /Overloaded/);
    for (const model of ['sim-cut', 'sim-cut-event', 'sim-malformed']) await failure(() => client.messages.stream({ ...base, model }).finalMessage());
  },
});
