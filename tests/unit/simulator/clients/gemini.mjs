// The official @google/genai package, unmodified, against the simulator.
import assert from 'node:assert/strict';
import { GoogleGenAI, Type } from '@google/genai';
import { failure, png, run, url, weatherExample } from './checks.mjs';

const client = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url } });
const generate = (body) => client.models.generateContent({ model: 'gemini-sim-chat', contents: 'Hello', ...body });
const schema = {
  type: Type.OBJECT,
  properties: { city: { type: Type.STRING }, days: { type: Type.INTEGER }, unit: { type: Type.STRING, enum: ['C', 'F'] } },
  required: ['city'],
};
const tools = [{ functionDeclarations: [{ name: 'get_weather', description: 'Weather', parameters: schema }] }];

async function raw(model, body, query = '') {
  const headers = { 'x-goog-api-key': 'any', 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1beta/models/${model}:generateContent${query}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

async function gathered(body) {
  const parts = [];
  let last;
  for await (const chunk of await client.models.generateContentStream({ model: 'gemini-sim-chat', contents: 'Hello', ...body })) {
    parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
    last = chunk;
  }
  return { parts, last };
}

async function loop(send) {
  const config = { tools, thinkingConfig: { includeThoughts: true } };
  const first = await send({ model: 'gemini-sim-think-parallel', config });
  const calls = first.filter((p) => p.functionCall);
  assert.deepEqual(calls.map((p) => [p.functionCall.id, p.functionCall.args]), [[undefined, weatherExample], [undefined, weatherExample]]);
  assert.ok(calls[0].thoughtSignature && !calls[1].thoughtSignature);
  assert.ok(first.some((p) => p.thought && p.text));
  const responses = calls.map((p) => ({ functionResponse: { name: p.functionCall.name, response: { output: '4 degrees' } } }));
  const next = (parts, results = responses) => ({
    model: 'gemini-sim-think-parallel',
    config,
    contents: [{ role: 'user', parts: [{ text: 'Hello' }] }, { role: 'model', parts }, { role: 'user', parts: results }],
  });
  const second = await send(next(calls));
  assert.match(second.filter((p) => !p.thought).map((p) => p.text).join(''), /the tool said: 4 degrees/);
  assert.ok(second.at(-1).thoughtSignature);
  const unsigned = calls.map((p) => ({ functionCall: p.functionCall }));
  assert.match((await failure(() => send(next(unsigned)))).message, /missing a thought_signature/);
  const moved = [{ functionCall: { ...calls[0].functionCall, args: { city: 'Oslo' } }, thoughtSignature: calls[0].thoughtSignature }, unsigned[1]];
  assert.match((await failure(() => send(next(moved)))).message, /signature is not valid/);
  assert.match((await failure(() => send(next(calls, responses.slice(1))))).message, /number of function response parts/);
}

await run({
  async json() {
    const answer = await generate({});
    assert.match(answer.text, /You said: Hello/);
    assert.equal(answer.candidates[0].finishReason, 'STOP');
    assert.ok(answer.usageMetadata.promptTokenCount > 0 && answer.usageMetadata.candidatesTokenCount > 0);
  },
  async stream() {
    const { parts, last } = await gathered({});
    assert.match(parts.map((p) => p.text).join(''), /You said: Hello/);
    assert.equal(last.candidates[0].finishReason, 'STOP');
    assert.ok(last.usageMetadata.candidatesTokenCount > 5);
  },
  jsonToolLoop: () => loop(async (body) => (await generate(body)).candidates[0].content.parts),
  streamToolLoop: () => loop(async (body) => (await gathered(body)).parts),
  async structured() {
    const answer = await generate({ config: { responseMimeType: 'application/json', responseSchema: schema } });
    assert.deepEqual(JSON.parse(answer.text), weatherExample);
  },
  async chatSession() {
    const chat = client.chats.create({ model: 'gemini-sim-think', config: { thinkingConfig: { thinkingBudget: 100 } } });
    await chat.sendMessage({ message: 'One' });
    assert.match((await chat.sendMessage({ message: 'Two' })).text, /You said: Two/);
  },
  async usage() {
    const { usageMetadata } = await generate({ model: 'gemini-sim-cached', contents: 'x'.repeat(400) });
    assert.equal(usageMetadata.promptTokenCount, 100);
    assert.equal(usageMetadata.cachedContentTokenCount, 50);
    assert.ok(usageMetadata.thoughtsTokenCount > 0);
  },
  async inspect() {
    const answer = await generate({
      model: 'gemini-sim-inspect',
      config: { systemInstruction: 'Be kind', tools, temperature: 1.5, toolConfig: { functionCallingConfig: { mode: 'AUTO' } } },
      contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: png } }, { text: 'Look' }] }],
    });
    const seen = JSON.parse(answer.text);
    assert.deepEqual(seen.system, [{ kind: 'text', text: 'Be kind' }]);
    assert.deepEqual(seen.messages[0].parts.map((p) => p.kind), ['image', 'text']);
    assert.equal(seen.messages[0].parts[0].bytes, 70);
    assert.equal(seen.sampling.temperature, 1.5);
  },
  async blocked() {
    assert.equal((await generate({ model: 'gemini-sim-blocked' })).promptFeedback.blockReason, 'PROHIBITED_CONTENT');
    assert.equal((await generate({ model: 'gemini-sim-refusal' })).candidates[0].finishReason, 'SAFETY');
    assert.equal((await generate({ model: 'gemini-sim-length' })).candidates[0].finishReason, 'MAX_TOKENS');
  },
  async embeddings() {
    const { embeddings } = await client.models.embedContent({ model: 'gemini-embedding-sim', contents: ['one', 'two'], config: { outputDimensionality: 8 } });
    assert.deepEqual(embeddings.map((e) => e.values.length), [8, 8]);
    const headers = { 'x-goog-api-key': 'any' };
    const body = JSON.stringify({ content: { parts: [{ text: 'one' }] }, outputDimensionality: 8 });
    const one = await (await fetch(`${url}/v1beta/models/gemini-embedding-sim:embedContent`, { method: 'POST', headers, body })).json();
    assert.deepEqual(one.embedding.values, embeddings[0].values);
  },
  async count() {
    assert.ok((await client.models.countTokens({ model: 'gemini-sim-chat', contents: 'Hello' })).totalTokens > 0);
  },
  async models() {
    const names = [];
    for await (const model of await client.models.list()) names.push(model.name);
    assert.ok(names.includes('models/sim-chat'));
  },
  async errors() {
    const bad = await raw('sim-chat', {
      contents: [{ parts: [{ text: 'x' }] }],
      tools: [{ functionDeclarations: [{ name: 'f', parameters: { ...schema, additionalProperties: false } }] }],
    });
    assert.equal(bad.error.status, 'INVALID_ARGUMENT');
    assert.equal(bad.error.message, `Invalid JSON payload received. Unknown name "additionalProperties" at 'tools[0].function_declarations[0].parameters': Cannot find field.`);
    assert.equal((await failure(() => generate({ model: 'gemini-sim-529' }))).status, 529);
    assert.equal((await failure(() => generate({ model: 'gemini-sim-429' }))).status, 429);
    assert.match((await failure(() => generate({ contents: [{ role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] }] }))).message, /function response turn/);
  },
  async keyInTheUrl() {
    assert.equal((await raw('sim-chat', { contents: [{ parts: [{ text: 'x' }] }] }, '?key=abc')).error.code, 400);
  },
  async brokenStreams() {
    for (const model of ['gemini-sim-error-event', 'gemini-sim-cut', 'gemini-sim-malformed']) await failure(() => gathered({ model }));
  },
});
