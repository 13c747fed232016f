// Two questions and a loop of tools in each, with everything in them that a conversation can hold: thinking, images, results with images, schemas, settings.
// Streamed, with the official packages, unmodified. `node conversation.mjs chat|responses|messages`, on the models that MODEL names the beginning of.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const [, , surface] = process.argv;
const model = `${process.env.MODEL ?? ''}sim-think-tools`;
const gateway = process.env.GATEWAY_URL;
const apiKey = process.env.API_KEY;
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC';
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkaGiwBwAC2gGT7ZQS4wAAAABJRU5ErkJggg==';

const system = 'You know the weather. “Quotes”, \\ and 天気.';
const questions = [
  'Look at it: [[call get_weather {"city":"Zürich \\"Altstadt\\"","days":3}]] and then [[call get_map {"where":{"lat":47.37,"lon":8.54},"layers":["rain","wind"]}]]',
  'And tomorrow? [[call get_weather {"city":"Łódź","days":1}]]',
];
const schemas = {
  get_weather: {
    description: 'The weather of a city, °C',
    schema: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Its name, as its people write it' }, days: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['city', 'days'],
      additionalProperties: false,
    },
  },
  get_map: {
    description: 'A map as an image',
    schema: {
      type: 'object',
      properties: {
        where: { type: 'object', properties: { lat: { type: 'number' }, lon: { type: 'number' } }, required: ['lat', 'lon'], additionalProperties: false },
        layers: { type: 'array', items: { type: 'string', enum: ['rain', 'wind', 'cloud'] } },
      },
      required: ['where', 'layers'],
      additionalProperties: false,
    },
  },
};
const tools = Object.entries(schemas);
const sky = { get_weather: 'Bewölkt, 4 °C 🌧', get_map: 'The map:' };

async function chat() {
  const client = new OpenAI({ baseURL: `${gateway}/v1`, apiKey, maxRetries: 0 });
  const messages = [{ role: 'system', content: system }];
  const asked = [[{ type: 'text', text: questions[0] }, { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }], questions[1]];
  return converse(asked, async (content) => messages.push({ role: 'user', content }), async () => {
    const stream = client.chat.completions.stream({
      model,
      messages,
      tools: tools.map(([name, { description, schema }]) => ({ type: 'function', function: { name, description, parameters: schema } })),
      reasoning_effort: 'low',
      max_completion_tokens: 9000,
      temperature: 0.4,
      top_p: 0.97,
      stop: ['<end-7391>'],
      seed: 7391,
      user: 'user-7391',
      parallel_tool_calls: true,
    });
    const { message } = (await stream.finalChatCompletion()).choices[0];
    messages.push(message);
    for (const call of message.tool_calls ?? []) messages.push({ role: 'tool', tool_call_id: call.id, content: sky[call.function.name] });
    return { calls: (message.tool_calls ?? []).map((call) => ({ name: call.function.name, input: JSON.parse(call.function.arguments) })), text: message.content };
  });
}

async function responses() {
  const client = new OpenAI({ baseURL: `${gateway}/v1`, apiKey, maxRetries: 0 });
  const input = [];
  const asked = [[{ type: 'input_text', text: questions[0] }, { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${pixel}` }], questions[1]];
  return converse(asked, async (content) => input.push({ role: 'user', content }), async () => {
    const stream = client.responses.stream({
      model,
      instructions: system,
      input,
      tools: tools.map(([name, { description, schema }]) => ({ type: 'function', name, description, parameters: schema, strict: true })),
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
      max_output_tokens: 9000,
      temperature: 0.4,
      top_p: 0.97,
      parallel_tool_calls: true,
    });
    const answer = await stream.finalResponse();
    input.push(...answer.output);
    const calls = answer.output.filter((item) => item.type === 'function_call');
    for (const call of calls) {
      const output = [{ type: 'input_text', text: sky[call.name] }];
      if (call.name === 'get_map') output.push({ type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${dot}` });
      input.push({ type: 'function_call_output', call_id: call.call_id, output });
    }
    return { calls: calls.map((call) => ({ name: call.name, input: JSON.parse(call.arguments) })), text: answer.output_text };
  });
}

async function messages() {
  const client = new Anthropic({ baseURL: gateway, apiKey, maxRetries: 0, defaultHeaders: { 'anthropic-version': '2023-06-01' } });
  const said = [];
  const asked = [[{ type: 'text', text: questions[0] }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } }], questions[1]];
  return converse(asked, async (content) => said.push({ role: 'user', content }), async () => {
    const stream = client.messages.stream({
      model,
      system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }],
      messages: said,
      tools: tools.map(([name, { description, schema }]) => ({ name, description, input_schema: schema })),
      thinking: { type: 'enabled', budget_tokens: 2048 },
      max_tokens: 9000,
      stop_sequences: ['<end-7391>'],
      metadata: { user_id: 'user-7391' },
    });
    const { content } = await stream.finalMessage();
    said.push({ role: 'assistant', content });
    const calls = content.filter((block) => block.type === 'tool_use');
    const results = calls.map((call) => ({
      type: 'tool_result',
      tool_use_id: call.id,
      content: [{ type: 'text', text: sky[call.name] }, ...(call.name === 'get_map' ? [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: dot } }] : [])],
    }));
    if (results.length > 0) said.push({ role: 'user', content: results });
    return { calls: calls.map((call) => ({ name: call.name, input: call.input })), text: content.findLast((block) => block.type === 'text')?.text };
  });
}

// Asks, and lets the model call tools until it has an answer, for each question.
async function converse(asked, ask, turn) {
  const calls = [];
  const texts = [];
  for (const question of asked) {
    await ask(question);
    for (let turns = 0; ; turns++) {
      if (turns === 6) return { endless: true, calls };
      const answer = await turn();
      calls.push(...answer.calls);
      if (answer.calls.length > 0) continue;
      texts.push(answer.text);
      break;
    }
  }
  return { calls, texts };
}

console.log(JSON.stringify(await { chat, responses, messages }[surface]()));
