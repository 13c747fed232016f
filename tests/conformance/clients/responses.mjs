// Drives the fleet's Responses surface with the official openai package, unmodified. One case a run; prints one JSON object.
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: `${process.env.GATEWAY_URL}/v1`, apiKey: process.env.API_KEY, maxRetries: 0 });
const models = process.env.MODEL;
const chat = `${models}sim-chat`;
const tool = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const thinking = { reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] };

async function failure(call) {
  try {
    await call();
    return { thrown: null };
  } catch (e) {
    return { thrown: e.constructor.name, status: e.status ?? null, code: e.code, type: e.type, message: e.message, requestId: e.requestID };
  }
}

async function collect(stream) {
  const types = [];
  let text = '';
  let last = null;
  let inOrder = true;
  for await (const event of stream) {
    inOrder &&= event.sequence_number === types.length;
    types.push(event.type);
    if (event.type === 'response.output_text.delta') text += event.delta;
    last = event;
  }
  return { types, text, last, inOrder };
}

async function loop(stream, store) {
  const settings = { model: `${models}sim-think-tools`, tools: [tool], store, ...thinking };
  const ask = async (body) => (stream ? await client.responses.stream({ ...settings, ...body }).finalResponse() : await client.responses.create({ ...settings, ...body }));
  const question = { role: 'user', content: 'Weather in Ulm?' };
  const first = await ask({ input: [question] });
  const call = first.output.find((item) => item.type === 'function_call');
  const result = { type: 'function_call_output', call_id: call.call_id, output: '18 degrees' };
  const second = await ask(store ? { previous_response_id: first.id, input: [result] } : { input: [question, ...first.output, result] });
  return {
    kinds: first.output.map((item) => item.type),
    thought: first.output.find((item) => item.type === 'reasoning')?.summary?.[0]?.text ?? null,
    name: call.name,
    arguments: JSON.parse(call.arguments),
    final: second.output_text,
    previous: second.previous_response_id,
  };
}

const cases = {
  async create() {
    const { data, response } = await client.responses.create({ model: chat, instructions: 'Be kind.', input: 'Hello, wörld 你好' }).withResponse();
    return { id: data.id, text: data.output_text, status: data.status, usage: data.usage, requestId: response.headers.get('x-request-id') };
  },
  async stream() {
    const { types, text, last, inOrder } = await collect(await client.responses.create({ model: chat, input: 'Hello', stream: true }));
    return { types: [...new Set(types)], text, inOrder, final: last.response.output[0].content[0].text, usage: last.response.usage };
  },
  async image() {
    const content = [{ type: 'input_text', text: 'What is it?' }, { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw0KGgo=' }];
    return { text: (await client.responses.create({ model: chat, input: [{ role: 'user', content }] })).output_text };
  },
  async parsed() {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
    const response = await client.responses.parse({ model: `${models}sim-json`, input: 'Where?', text: { format: { type: 'json_schema', name: 'place', strict: true, schema } } });
    return { parsed: JSON.parse(response.output_text) };
  },
  loop: () => loop(false, false),
  loopStored: () => loop(false, true),
  loopStreamed: () => loop(true, false),
  loopStreamedStored: () => loop(true, true),
  async stored() {
    const first = await client.responses.create({ model: chat, input: 'One' });
    const second = await client.responses.create({ model: chat, input: 'Two', previous_response_id: first.id });
    const read = await client.responses.retrieve(first.id);
    await client.responses.delete(first.id);
    const gone = await failure(() => client.responses.retrieve(first.id));
    return { same: JSON.stringify(read.output) === JSON.stringify(first.output), second: second.output_text, gone };
  },
  async length() {
    const response = await client.responses.create({ model: `${models}sim-length`, input: 'Hello', max_output_tokens: 20 });
    return { status: response.status, reason: response.incomplete_details?.reason ?? null };
  },
  wrongKey: () => failure(() => new OpenAI({ baseURL: client.baseURL, apiKey: 'tw-wrong', maxRetries: 0 }).responses.create({ model: chat, input: 'x' })),
  unknownModel: () => failure(() => client.responses.create({ model: 'no-such-model', input: 'x' })),
  badRequest: () => failure(() => client.responses.create({ model: chat, input: 7 })),
  unknownPrevious: () => failure(() => client.responses.create({ model: chat, input: 'x', previous_response_id: 'resp_unknown' })),
  rateLimited: () => failure(() => client.responses.create({ model: `${models}sim-error-429`, input: 'x' })),
  brokenStream: () => failure(async () => collect(await client.responses.create({ model: `${models}sim-error-event`, input: 'Hello', stream: true }))),
};

console.log(JSON.stringify(await cases[process.argv[2]]()));
