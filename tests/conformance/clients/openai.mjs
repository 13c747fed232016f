// Drives the fleet with the official openai package, unmodified. One case a run; prints one JSON object.
import OpenAI from 'openai';

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

const cases = {
  async models() {
    const list = await client.models.list();
    return { ids: list.data.map((m) => m.id), object: list.data[0]?.object };
  },
  async model() {
    const model = await client.models.retrieve('sim-chat');
    return { id: model.id, object: model.object };
  },
  async chat() {
    const { data, response } = await client.chat.completions
      .create({ model: 'sim-chat', messages: [{ role: 'user', content: 'Hello, wörld 你好' }] })
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
    const stream = await client.chat.completions.create({ model: 'sim-chat', stream: true, messages: [{ role: 'user', content: 'Hello' }] });
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
      model: 'sim-chat',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
    });
    let usage = null;
    for await (const chunk of stream) usage = chunk.usage ?? usage;
    return { usage };
  },
  async tools() {
    const first = await client.chat.completions.create({ model: 'sim-tools', tools: [weather], messages: [{ role: 'user', content: 'Weather in Oslo?' }] });
    const call = first.choices[0].message.tool_calls[0];
    const second = await client.chat.completions.create({
      model: 'sim-tools',
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
    const stream = client.chat.completions.stream({ model: 'sim-tools', tools: [weather], messages: [{ role: 'user', content: 'Weather in Oslo?' }] });
    const completion = await stream.finalChatCompletion();
    const call = completion.choices[0].message.tool_calls[0];
    return { finish: completion.choices[0].finish_reason, name: call.function.name, arguments: JSON.parse(call.function.arguments) };
  },
  wrongKey: () =>
    failure(() =>
      new OpenAI({ baseURL: client.baseURL, apiKey: 'tw-' + 'x'.repeat(64), maxRetries: 0 }).chat.completions.create({ model: 'sim-chat', messages: [] }),
    ),
  unknownModel: () => failure(() => client.chat.completions.create({ model: 'no-such-model', messages: [{ role: 'user', content: 'x' }] })),
  badRequest: () => failure(() => client.chat.completions.create({ model: 42, messages: 'x' })),
  rateLimited: () => failure(() => client.chat.completions.create({ model: 'sim-error-429', messages: [{ role: 'user', content: 'x' }] })),
  upstreamFault: () => failure(() => client.chat.completions.create({ model: 'sim-error-500', messages: [{ role: 'user', content: 'x' }] })),
  async abort() {
    const stream = await client.chat.completions.create({
      model: 'sim-chat',
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
