// Drives the fleet with the official Anthropic package, unmodified. One case a run, on the models that MODEL names the beginning of; prints one JSON object.
import Anthropic from '@anthropic-ai/sdk';

const prefix = process.env.MODEL ?? '';
const client = new Anthropic({ baseURL: process.env.GATEWAY_URL, apiKey: process.env.API_KEY, maxRetries: 0 });
const model = (name) => prefix + name;
const user = (content) => ({ role: 'user', content });
const weather = {
  name: 'get_weather',
  description: 'The weather of a city',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function failure(call) {
  try {
    await call();
    return { thrown: null };
  } catch (e) {
    return { thrown: e.constructor.name, status: e.status ?? null, type: e.type, code: e.errorCode ?? null, message: e.message, requestId: e.requestID ?? null };
  }
}

const one = (name, extra = {}) => client.messages.create({ model: model(name), max_tokens: 200, messages: [user('Hello, wörld 你好')], ...extra });

// Calls tools until the model has nothing left to call.
async function loop(name, stream, extra = {}) {
  const messages = [user('Weather in Oslo?')];
  const seen = [];
  for (let turn = 0; turn < 6; turn++) {
    const params = { model: model(name), max_tokens: 9000, tools: [weather], messages, ...extra };
    const message = stream ? await client.messages.stream(params).finalMessage() : await client.messages.create(params);
    seen.push(message.content.map((block) => block.type));
    messages.push({ role: 'assistant', content: message.content });
    const calls = message.content.filter((block) => block.type === 'tool_use');
    if (message.stop_reason !== 'tool_use') {
      return { turns: seen, stop: message.stop_reason, text: message.content.findLast((block) => block.type === 'text')?.text, inputs: messages.flatMap((m) => (Array.isArray(m.content) ? m.content : [])).filter((b) => b.type === 'tool_use').map((b) => b.input) };
    }
    messages.push(user(calls.map((call) => ({ type: 'tool_result', tool_use_id: call.id, content: [{ type: 'text', text: '4 degrees' }] }))));
  }
  return { turns: seen, stop: 'endless' };
}

const cases = {
  async models() {
    const ids = [];
    let type;
    for await (const info of client.models.list({ limit: 2 })) {
      ids.push(info.id);
      type = info.type;
    }
    return { ids, type };
  },
  async model() {
    const info = await client.models.retrieve(model('sim-chat'));
    return { id: info.id, type: info.type };
  },
  async message() {
    const { data, response } = await one('sim-chat').withResponse();
    return {
      text: data.content[0].text,
      stop: data.stop_reason,
      usage: data.usage,
      requestId: data._request_id,
      provider: response.headers.get('x-thinkwatch-provider'),
    };
  },
  async stream() {
    const names = [];
    const stream = client.messages.stream({ model: model('sim-chat'), max_tokens: 200, messages: [user('Hello')] });
    stream.on('streamEvent', (event) => names.push(event.type));
    const message = await stream.finalMessage();
    return { text: message.content[0].text, stop: message.stop_reason, usage: message.usage, names: [...new Set(names)] };
  },
  tools: () => loop('sim-tools', false),
  toolsStreamed: () => loop('sim-parallel', true),
  thinking: () => loop('sim-think-tools', false, { thinking: { type: 'enabled', budget_tokens: 2000 } }),
  thinkingStreamed: () => loop('sim-think-tools', true, { thinking: { type: 'enabled', budget_tokens: 2000 } }),
  async json() {
    const format = {
      type: 'json_schema',
      schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
    };
    const message = await client.messages.parse({ model: model('sim-json'), max_tokens: 200, messages: [user('Where?')], output_config: { format } });
    return { answer: JSON.parse(message.content.find((block) => block.type === 'text').text) };
  },
  async count() {
    const { data, response } = await client.messages.countTokens({ model: model('sim-chat'), messages: [user('How many tokens are these?')] }).withResponse();
    return { tokens: data.input_tokens, estimated: response.headers.get('x-thinkwatch-estimated') };
  },
  wrongKey: () =>
    failure(() =>
      new Anthropic({ baseURL: client.baseURL, apiKey: 'tw-' + 'x'.repeat(64), maxRetries: 0 }).messages.create({ model: 'x', max_tokens: 1, messages: [user('x')] }),
    ),
  unknownModel: () => failure(() => client.messages.create({ model: 'no-such-model', max_tokens: 1, messages: [user('x')] })),
  badRequest: () => failure(() => one('sim-chat', { messages: 'x' })),
  rateLimited: () => failure(() => one('sim-error-429')),
  upstreamFault: () => failure(() => one('sim-error-500')),
  overloaded: () => failure(() => one('sim-529')),
  brokenStream: () => failure(() => client.messages.stream({ model: model('sim-cut'), max_tokens: 200, messages: [user('x')] }).finalMessage()),
};

console.log(JSON.stringify(await cases[process.argv[2]]()));
