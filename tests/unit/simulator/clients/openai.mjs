// The official openai package, unmodified, against the simulator: chat, Responses, embeddings, and Azure's forms of them.
import assert from 'node:assert/strict';
import OpenAI, { AzureOpenAI } from 'openai';
import { failure, png, run, url, weather, weatherExample } from './checks.mjs';

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-any', maxRetries: 0 });
const azure = new AzureOpenAI({ endpoint: url, apiKey: 'any', apiVersion: '2024-10-21', maxRetries: 0 });
const azureV1 = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: 'x', defaultHeaders: { 'api-key': 'any' }, maxRetries: 0 });
const messages = [{ role: 'user', content: 'Hello' }];
const chatTools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather', parameters: weather } }];
const tools = [{ type: 'function', name: 'get_weather', description: 'Weather', parameters: weather, strict: true }];
const respond = (body) => client.responses.create({ model: 'gpt-sim-chat', input: 'Hello', ...body });
const streamed = (body) => client.responses.stream({ model: 'gpt-sim-chat', input: 'Hello', ...body }).finalResponse();

async function chatLoop(api, model, send) {
  const first = (await send(api, { model, messages, tools: chatTools })).choices[0];
  assert.equal(first.finish_reason, 'tool_calls');
  assert.deepEqual(first.message.tool_calls.map((c) => JSON.parse(c.function.arguments)), [weatherExample, weatherExample]);
  const results = first.message.tool_calls.map((c) => ({ role: 'tool', tool_call_id: c.id, content: '4 degrees' }));
  const second = await send(api, { model, tools: chatTools, messages: [...messages, first.message, ...results] });
  assert.match(second.choices[0].message.content, /the tool said: 4 degrees/);
  const open = await failure(() => send(api, { model, tools: chatTools, messages: [...messages, first.message, results[0]] }));
  assert.match(open.message, /did not have response messages/);
}

const once = (api, body) => api.chat.completions.create(body);
const stream = (api, body) => api.chat.completions.stream(body).finalChatCompletion();

async function responsesLoop(send) {
  const model = 'gpt-sim-think-parallel';
  const base = { model, tools, store: false, include: ['reasoning.encrypted_content'], reasoning: { effort: 'high', summary: 'auto' } };
  const first = await send(base);
  assert.deepEqual(first.output.map((i) => i.type), ['reasoning', 'function_call', 'function_call']);
  assert.match(first.output[0].summary[0].text, /🤔/);
  assert.deepEqual(JSON.parse(first.output[1].arguments), weatherExample);
  const outputs = first.output.filter((i) => i.type === 'function_call').map((i) => ({ type: 'function_call_output', call_id: i.call_id, output: '4 degrees' }));
  const user = { role: 'user', content: 'Hello' };
  const second = await send({ ...base, input: [user, ...first.output, ...outputs] });
  assert.match(second.output_text, /the tool said: 4 degrees/);
  assert.match((await failure(() => send({ ...base, input: [user, ...first.output.slice(1), ...outputs] }))).message, /without its required 'reasoning' item/);
  const changed = structuredClone(first.output);
  changed[0].encrypted_content = changed[0].encrypted_content.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'));
  assert.equal((await failure(() => send({ ...base, input: [user, ...changed, ...outputs] }))).code, 'invalid_encrypted_content');
  assert.match((await failure(() => send({ ...base, input: [user, ...first.output, outputs[0]] }))).message, /No tool output found/);
}

await run({
  async chat() {
    const answer = await once(client, { model: 'gpt-sim-chat', messages });
    assert.match(answer.choices[0].message.content, /You said: Hello/);
  },
  chatToolLoop: () => chatLoop(client, 'sim-parallel', once),
  chatToolLoopStreamed: () => chatLoop(client, 'sim-parallel', stream),
  async chatStructured() {
    const format = { type: 'json_schema', json_schema: { name: 'w', schema: weather, strict: true } };
    const answer = await stream(client, { model: 'sim-chat', messages, response_format: format });
    assert.deepEqual(JSON.parse(answer.choices[0].message.content), weatherExample);
  },
  async chatRefusalAndLength() {
    assert.match((await stream(client, { model: 'sim-refusal', messages })).choices[0].message.refusal, /can't help/);
    assert.equal((await once(client, { model: 'sim-length', messages })).choices[0].finish_reason, 'length');
    assert.equal((await once(client, { model: 'sim-filtered', messages })).choices[0].finish_reason, 'content_filter');
  },
  async chatUsageInOddPlaces() {
    for (const model of ['sim-chat', 'sim-usage-first', 'sim-usage-choices', 'sim-usage-split']) {
      let [input, output] = [0, 0];
      for await (const chunk of await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } })) {
        input += chunk.usage?.prompt_tokens ?? 0;
        output += chunk.usage?.completion_tokens ?? 0;
      }
      assert.ok(input > 0 && output > 5, model);
    }
  },
  async chatChoices() {
    assert.equal((await once(client, { model: 'sim-chat', messages, n: 3 })).choices.length, 3);
    assert.equal((await stream(client, { model: 'sim-chat', messages, n: 3 })).choices.length, 3);
  },
  async chatLogprobs() {
    const body = { model: 'sim-chat', messages, logprobs: true };
    const answer = await once(client, body);
    assert.equal(answer.choices[0].logprobs.content.map((t) => t.token).join(''), answer.choices[0].message.content);
    assert.deepEqual((await stream(client, body)).choices[0].logprobs.content, answer.choices[0].logprobs.content);
  },
  async chatErrors() {
    await once(client, { model: 'sim-chat', messages, top_k: 5 });
    assert.match((await failure(() => once(client, { model: 'gpt-sim-strict', messages, top_k: 5 }))).message, /Unrecognized request argument supplied: top_k/);
    assert.ok((await failure(() => once(client, { model: 'sim-429', messages }))) instanceof OpenAI.RateLimitError);
    assert.equal((await failure(() => once(client, { model: 'sim-529', messages }))).status, 529);
    const image = (u) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url: u } }] }];
    assert.match((await failure(() => once(client, { model: 'sim-chat', messages: image(`data:image/bmp;base64,${png}`) }))).message, /unsupported image/);
    await once(client, { model: 'sim-chat', messages: image(`data:image/png;base64,${png}`) });
    await failure(() => stream(client, { model: 'sim-error-event', messages }));
    await failure(() => stream(client, { model: 'sim-cut-event', messages }));
  },
  async inspectIsOneShape() {
    const text = { type: 'text', text: 'Look' };
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } };
    const chat = await once(client, { model: 'sim-inspect', tools: chatTools, temperature: 0.5, messages: [{ role: 'system', content: 'Be kind' }, { role: 'user', content: [image, text] }] });
    const input = [{ role: 'user', content: [{ type: 'input_image', image_url: image.image_url.url }, { type: 'input_text', text: 'Look' }] }];
    const responses = await respond({ model: 'sim-inspect', tools: [{ ...tools[0], strict: undefined }], temperature: 0.5, instructions: 'Be kind', input });
    const [one, two] = [JSON.parse(chat.choices[0].message.content), JSON.parse(responses.output_text)];
    assert.deepEqual({ ...one, format: 0 }, { ...two, format: 0 });
  },
  async responses() {
    const answer = await respond({});
    assert.match(answer.output_text, /You said: Hello/);
    assert.equal(answer.status, 'completed');
    assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 5);
  },
  async responsesStream() {
    const kinds = [];
    let last = -1;
    for await (const event of await client.responses.create({ model: 'gpt-sim-chat', input: 'Hello', stream: true })) {
      assert.equal(event.sequence_number, last + 1);
      last = event.sequence_number;
      if (kinds.at(-1) !== event.type) kinds.push(event.type);
    }
    assert.deepEqual(kinds.map((k) => k.slice('response.'.length)), [
      'created', 'in_progress', 'output_item.added', 'content_part.added', 'output_text.delta', 'output_text.done', 'content_part.done', 'output_item.done', 'completed',
    ]);
  },
  responsesToolLoop: () => responsesLoop(respond),
  responsesToolLoopStreamed: () => responsesLoop(streamed),
  async responsesStored() {
    const first = await respond({ model: 'gpt-sim-think-tools', tools, instructions: 'not kept' });
    assert.equal((await client.responses.retrieve(first.id)).id, first.id);
    const call = first.output.find((i) => i.type === 'function_call');
    const input = [{ type: 'function_call_output', call_id: call.call_id, output: 'warm' }];
    assert.match((await respond({ model: 'gpt-sim-think-tools', tools, input, previous_response_id: first.id })).output_text, /the tool said: warm/);
    const seen = JSON.parse((await respond({ model: 'sim-inspect', tools, input, previous_response_id: first.id })).output_text);
    assert.deepEqual(seen.messages.map((m) => m.role), ['user', 'assistant', 'user']);
    assert.deepEqual(seen.system, []);
    await client.responses.delete(first.id);
    assert.equal((await failure(() => client.responses.retrieve(first.id))).status, 404);
    assert.equal((await failure(() => respond({ previous_response_id: first.id }))).code, 'previous_response_not_found');
  },
  async responsesStructured() {
    const format = { type: 'json_schema', name: 'w', schema: weather, strict: true };
    assert.deepEqual(JSON.parse((await streamed({ text: { format } })).output_text), weatherExample);
  },
  async responsesNamespace() {
    const answer = await respond({ model: 'sim-tools', tools: [{ type: 'namespace', name: 'home', description: 'x', tools }] });
    assert.equal(answer.output[0].namespace, 'home');
  },
  async responsesEndings() {
    assert.equal((await respond({ model: 'sim-length' })).incomplete_details.reason, 'max_output_tokens');
    assert.equal((await streamed({ model: 'sim-refusal' })).output[0].content[0].type, 'refusal');
    assert.equal((await failure(() => respond({ frequency_penalty: 1 }))).code, 'unknown_parameter');
    assert.equal((await failure(() => respond({ model: 'sim-429' }))).status, 429);
    await failure(() => streamed({ model: 'sim-error-event' }));
  },
  async embeddings() {
    const { data, usage } = await client.embeddings.create({ model: 'text-embedding-sim', input: ['one', 'two', 'one'], dimensions: 8 });
    assert.deepEqual(data.map((d) => [d.index, d.embedding.length]), [[0, 8], [1, 8], [2, 8]]);
    assert.deepEqual(data[0].embedding, data[2].embedding);
    assert.notDeepEqual(data[0].embedding, data[1].embedding);
    assert.ok(usage.prompt_tokens > 0);
    assert.equal((await client.embeddings.create({ model: 'x', input: 'one', encoding_format: 'float' })).data[0].embedding.length, 1536);
    assert.equal((await failure(() => client.embeddings.create({ model: 'x', input: [] }))).status, 400);
  },
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes('sim-think-tools'));
  },
  azureToolLoop: () => chatLoop(azure, 'sim-parallel', once),
  azureToolLoopStreamed: () => chatLoop(azureV1, 'sim-parallel', stream),
  async azure() {
    const answer = await once(azure, { model: 'sim-chat', messages });
    assert.equal(answer.choices[0].content_filter_results.hate.severity, 'safe');
    assert.equal(answer.prompt_filter_results[0].prompt_index, 0);
    const blocked = await failure(() => once(azure, { model: 'sim-blocked', messages }));
    assert.equal(blocked.code, 'content_filter');
    assert.equal((await azure.embeddings.create({ model: 'embed', input: 'x' })).data.length, 1);
    assert.match((await azureV1.responses.create({ model: 'sim-chat', input: 'Hello' })).output_text, /Hello/);
    const unversioned = await fetch(`${url}/openai/deployments/sim-chat/chat/completions`, { method: 'POST', headers: { 'api-key': 'x' }, body: JSON.stringify({ messages }) });
    assert.equal(unversioned.status, 404);
    const unkeyed = await fetch(`${url}/openai/v1/chat/completions`, { method: 'POST', body: JSON.stringify({ model: 'sim-chat', messages }) });
    assert.equal(unkeyed.status, 401);
  },
});
