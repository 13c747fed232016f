// Drives the fleet with the AI SDK (`ai` and its providers), unmodified. One package a run: every case on every family of models, as
// {"<what the names of the models begin with>": {"<case>": what came of it}}.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateObject, generateText, stepCountIs, streamObject, streamText, tool } from 'ai';
import { z } from 'zod';

globalThis.AI_SDK_LOG_WARNINGS = false;

const [, , pack, ...families] = process.argv;
const baseURL = `${process.env.GATEWAY_URL}/v1`;
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const place = z.object({ city: z.string(), people: z.number().int() });

// What a user of the package writes to make it think; the names of simulated models tell it nothing.
const thinking = {
  openai: { openai: { reasoningEffort: 'low', forceReasoning: true } },
  responses: { openai: { reasoningEffort: 'low', reasoningSummary: 'auto', forceReasoning: true, store: false, include: ['reasoning.encrypted_content'] } },
  stored: { openai: { reasoningEffort: 'low', reasoningSummary: 'auto', forceReasoning: true } },
  anthropic: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } },
  compatible: { google: { reasoningEffort: 'low' } },
};

function connect(apiKey, ids) {
  const watching = async (url, init) => {
    const answer = await fetch(url, init);
    ids?.push(answer.headers.get('x-request-id'));
    return answer;
  };
  switch (pack) {
    case 'openai':
      return createOpenAI({ baseURL, apiKey, fetch: watching }).chat;
    case 'responses':
      return createOpenAI({ baseURL, apiKey, fetch: watching }).responses;
    case 'anthropic':
      return createAnthropic({ baseURL, apiKey, fetch: watching });
    default:
      // By this name the package gives thought signatures back.
      return createOpenAICompatible({ name: 'google', baseURL, apiKey, fetch: watching, includeUsage: true, supportsStructuredOutputs: true });
  }
}

async function failure(call) {
  try {
    await call();
    return { thrown: null };
  } catch (e) {
    return { thrown: e.name, status: e.statusCode ?? null, message: e.message, retryable: e.isRetryable ?? null };
  }
}

// A stream ends in its `error` part, not in an exception.
async function drain(result) {
  const kinds = new Set();
  for await (const part of result.fullStream) {
    kinds.add(part.type);
    if (part.type === 'error') throw part.error;
  }
  return [...kinds];
}

const described = async (result) => {
  const steps = await result.steps;
  return {
    text: await result.text,
    finish: await result.finishReason,
    steps: steps.length,
    calls: steps.flatMap((step) => step.toolCalls.map((call) => call.input)),
    thoughts: steps[0].reasoningText ?? null,
    usage: await result.totalUsage,
  };
};

function casesFor(family) {
  const ids = [];
  const provider = connect(process.env.API_KEY, ids);
  const on = (name) => ({ model: provider(family + name), maxRetries: 0 });
  const inputs = [];
  const weather = tool({
    description: 'The weather of a city',
    inputSchema: z.object({ city: z.string() }),
    execute: async (input) => (inputs.push(input), { temperature: 4, sky: 'clear – 晴れ' }),
  });
  const looped = (name, providerOptions) => ({ ...on(name), tools: { weather }, stopWhen: stepCountIs(6), prompt: 'Weather in Oslo?', maxOutputTokens: 9000, providerOptions });
  const streamed = async (options) => {
    const result = streamText({ ...options, onError: () => {} });
    const kinds = await drain(result);
    return { ...(await described(result)), kinds };
  };
  return {
    text: async () => ({ ...(await described(await generateText({ ...on('sim-chat'), system: 'Be kind.', prompt: 'Hello, wörld 你好' }))), id: ids.at(-1) }),
    stream: () => streamed({ ...on('sim-chat'), prompt: 'Hello' }),
    loop: async () => described(await generateText(looped('sim-rounds-2'))),
    parallelStreamed: () => streamed(looped('sim-parallel')),
    thinking: async () => described(await generateText(looped('sim-think-tools', thinking[pack]))),
    thinkingStreamed: () => streamed(looped('sim-think-tools', thinking[pack])),
    thinkingStored: async () => (pack === 'responses' ? streamed(looped('sim-think-tools', thinking.stored)) : null),
    object: async () => (await generateObject({ ...on('sim-json'), schema: place, prompt: 'A city' })).object,
    objectStreamed: async () => {
      const result = streamObject({ ...on('sim-json'), schema: place, prompt: 'A city' });
      let parts = 0;
      for await (const _ of result.partialObjectStream) parts++;
      return { parts, ...(await result.object) };
    },
    image: async () => {
      const content = [{ type: 'text', text: 'What is this?' }, { type: 'image', image: pixel, mediaType: 'image/png' }];
      const { text } = await generateText({ ...on('sim-inspect'), system: 'Be brief', messages: [{ role: 'user', content }] });
      return { seen: JSON.parse(text), bytes: pixel.length };
    },
    wrongKey: () => failure(() => generateText({ model: connect('tw-' + 'x'.repeat(64))(family + 'sim-chat'), maxRetries: 0, prompt: 'x' })),
    unknownModel: () => failure(() => generateText({ model: provider('no-such-model'), maxRetries: 0, prompt: 'x' })),
    rateLimited: () => failure(() => generateText({ ...on('sim-error-429'), prompt: 'x' })),
    brokenStream: () => failure(() => drain(streamText({ ...on('sim-cut'), prompt: 'x', onError: () => {} }))),
    abort: async () => {
      const stop = new AbortController();
      const mine = [];
      const result = streamText({ model: connect(process.env.API_KEY, mine)(family + 'sim-words-400-drip-50'), maxRetries: 0, prompt: 'A long story', abortSignal: stop.signal, onError: () => {} });
      let deltas = 0;
      const kinds = [];
      for await (const part of result.fullStream) {
        kinds.push(part.type);
        if (part.type === 'text-delta' && ++deltas === 3) stop.abort();
      }
      return { deltas, last: kinds.at(-1), id: mine[0] };
    },
  };
}

async function all(family) {
  const results = {};
  for (const [name, run] of Object.entries(casesFor(family))) {
    try {
      results[name] = await run();
    } catch (e) {
      results[name] = { failed: `${e.name}: ${e.message} ${e.responseBody ?? ''} ${e.cause?.message ?? ''}` };
    }
  }
  return [family, results];
}

console.log(JSON.stringify(Object.fromEntries(await Promise.all(families.map(all)))));
