// Drives the fleet with the official openai package, unmodified. One case a run, on the models that MODEL names the beginning of; prints one JSON object.
import OpenAI from 'openai';

const prefix = process.env.MODEL ?? '';
const model = (name) => prefix + name;
const client = new OpenAI({ baseURL: `${process.env.GATEWAY_URL}/v1`, apiKey: process.env.API_KEY, maxRetries: 0 });
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

async function failure(call) {
  try {
    await call();
    return { thrown: null };
  } catch (e) {
    return { thrown: e.constructor.name, status: e.status, code: e.code, type: e.type, message: e.message, requestId: e.requestID };
  }
}

// Calls tools until the model has nothing left to call; every message goes back as the package gave it.
async function loop(name, stream, extra = {}) {
  const messages = [{ role: 'user', content: 'Weather in Oslo?' }];
  const calls = [];
  const thoughts = [];
  for (let turn = 0; turn < 6; turn++) {
    const params = { model: model(name), tools: [weather], messages, ...extra };
    const completion = stream ? await client.chat.completions.stream(params).finalChatCompletion() : await client.chat.completions.create(params);
    const { message, finish_reason: finish } = completion.choices[0];
    messages.push(message);
    if (message.thinking_blocks) thoughts.push(message.thinking_blocks.length);
    if (finish !== 'tool_calls') return { finish, content: message.content, calls, thoughts };
    for (const call of message.tool_calls) {
      calls.push(JSON.parse(call.function.arguments));
      messages.push({ role: 'tool', tool_call_id: call.id, content: '4 degrees' });
    }
  }
  return { finish: 'endless' };
}

const city = { type: 'object', properties: { city: { type: 'string' }, people: { type: 'integer' } }, required: ['city', 'people'], additionalProperties: false };

const cases = {
  loop: () => loop('sim-tools', false),
  loopStreamed: () => loop('sim-rounds-2', true),
  parallelStreamed: () => loop('sim-parallel', true),
  thinking: () => loop('sim-think-tools', false, { reasoning_effort: 'low' }),
  thinkingStreamed: () => loop('sim-think-tools', true, { reasoning_effort: 'low' }),
  async runTools() {
    const inputs = [];
    const runner = client.chat.completions.runTools({
      model: model('sim-tools'),
      messages: [{ role: 'user', content: 'Weather in Oslo?' }],
      tools: [{ type: 'function', function: { ...weather.function, parse: JSON.parse, function: (input) => (inputs.push(input), '4 degrees') } }],
    });
    return { content: await runner.finalContent(), calls: inputs, finish: 'stop', thoughts: [] };
  },
  async schema() {
    const completion = await client.chat.completions.parse({
      model: model('sim-json'),
      messages: [{ role: 'user', content: 'A city as JSON' }],
      response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema: city } },
    });
    return { answer: JSON.parse(completion.choices[0].message.content), finish: completion.choices[0].finish_reason };
  },
  async image() {
    const completion = await client.chat.completions.create({
      model: model('sim-inspect'),
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' } }] },
      ],
    });
    return { seen: JSON.parse(completion.choices[0].message.content) };
  },
  async embeddings() {
    const { data, usage } = await client.embeddings.create({ model: model('sim-chat'), input: ['one', 'two'], dimensions: 8 });
    return { lengths: data.map((one) => one.embedding.length), tokens: usage.prompt_tokens };
  },
  async models() {
    const list = await client.models.list();
    return { ids: list.data.map((m) => m.id), object: list.data[0]?.object };
  },
  async model() {
    const one = await client.models.retrieve(model('sim-chat'));
    return { id: one.id, object: one.object };
  },
  async chat() {
    const { data, response } = await client.chat.completions
      .create({ model: model('sim-chat'), messages: [{ role: 'user', content: 'Hello, wörld 你好' }] })
      .withResponse();
    return {
      content: data.choices[0].message.content,
      finish: data.choices[0].finish_reason,
      usage: data.usage,
      requestId: response.headers.get('x-request-id'),
      provider: response.headers.get('x-thinkwatch-provider'),
    };
  },
  async stream() {
    const stream = await client.chat.completions.create({ model: model('sim-chat'), stream: true, messages: [{ role: 'user', content: 'Hello' }] });
    let content = '';
    let chunks = 0;
    let finish = null;
    let usage = null;
    for await (const chunk of stream) {
      chunks++;
      content += chunk.choices[0]?.delta?.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    return { content, chunks, finish, usage };
  },
  async streamWithUsage() {
    const stream = await client.chat.completions.create({
      model: model('sim-chat'),
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
    });
    let usage = null;
    for await (const chunk of stream) usage = chunk.usage ?? usage;
    return { usage };
  },
  async tools() {
    const first = await client.chat.completions.create({ model: model('sim-tools'), tools: [weather], messages: [{ role: 'user', content: 'Weather in Oslo?' }] });
    const call = first.choices[0].message.tool_calls[0];
    const second = await client.chat.completions.create({
      model: model('sim-tools'),
      tools: [weather],
      messages: [
        { role: 'user', content: 'Weather in Oslo?' },
        first.choices[0].message,
        { role: 'tool', tool_call_id: call.id, content: '{"temperature":4}' },
      ],
    });
    return {
      finish: first.choices[0].finish_reason,
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments),
      final: second.choices[0].message.content,
    };
  },
  async toolsStreamed() {
    const stream = client.chat.completions.stream({ model: model('sim-tools'), tools: [weather], messages: [{ role: 'user', content: 'Weather in Oslo?' }] });
    const completion = await stream.finalChatCompletion();
    const call = completion.choices[0].message.tool_calls[0];
    return { finish: completion.choices[0].finish_reason, name: call.function.name, arguments: JSON.parse(call.function.arguments) };
  },
  wrongKey: () =>
    failure(() =>
      new OpenAI({ baseURL: client.baseURL, apiKey: 'tw-' + 'x'.repeat(64), maxRetries: 0 }).chat.completions.create({ model: model('sim-chat'), messages: [] }),
    ),
  unknownModel: () => failure(() => client.chat.completions.create({ model: 'no-such-model', messages: [{ role: 'user', content: 'x' }] })),
  badRequest: () => failure(() => client.chat.completions.create({ model: 42, messages: 'x' })),
  rateLimited: () => failure(() => client.chat.completions.create({ model: model('sim-error-429'), messages: [{ role: 'user', content: 'x' }] })),
  upstreamFault: () => failure(() => client.chat.completions.create({ model: model('sim-error-500'), messages: [{ role: 'user', content: 'x' }] })),
  async abort() {
    const stream = await client.chat.completions.create({
      model: model('sim-chat'),
      stream: true,
      messages: [{ role: 'user', content: 'Tell a long story' }],
      metadata: { simulator: 'words-400,drip-50' },
    });
    let chunks = 0;
    for await (const _ of stream) {
      if (++chunks === 3) break; // leaving the loop aborts the request
    }
    return { chunks };
  },
};

console.log(JSON.stringify(await cases[process.argv[2]]()));
