// The official @aws-sdk/client-bedrock-runtime package, unmodified, against the simulator: it signs, and checks every frame's checksums.
import assert from 'node:assert/strict';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { failure, png, run, url, weather, weatherExample } from './checks.mjs';

// The package speaks HTTP/2 by itself; the simulator is plain HTTP/1.1.
const client = (credentials, region = 'eu-central-1') =>
  new BedrockRuntimeClient({ endpoint: url, region, credentials, maxAttempts: 1, requestHandler: new NodeHttpHandler() });
const right = client({ accessKeyId: 'SIMULATOR', secretAccessKey: 'simulator' });
const modelId = (commands) => `eu.anthropic.claude-sim-${commands}-v1:0`;
const text = (t) => [{ text: t }];
const base = { modelId: modelId('chat'), messages: [{ role: 'user', content: text('Hello') }], inferenceConfig: { maxTokens: 4096 } };
const toolConfig = { tools: [{ toolSpec: { name: 'get_weather', description: 'Weather', inputSchema: { json: weather } } }] };
const converse = (body, from = right) => from.send(new ConverseCommand({ ...base, ...body }));

async function stream(body) {
  const { stream } = await right.send(new ConverseStreamCommand({ ...base, ...body }));
  const content = [];
  let answer = { kinds: [] };
  for await (const event of stream) {
    const kind = Object.keys(event)[0];
    if (answer.kinds.at(-1) !== kind) answer.kinds.push(kind);
    const { contentBlockIndex: i, start, delta } = event[kind];
    if (start?.toolUse) content[i] = { toolUse: { ...start.toolUse, input: '' } };
    if (delta?.text !== undefined) content[i] = { text: (content[i]?.text ?? '') + delta.text };
    if (delta?.toolUse) content[i].toolUse.input += delta.toolUse.input;
    if (delta?.reasoningContent) {
      content[i] ??= { reasoningContent: { reasoningText: { text: '' } } };
      if (delta.reasoningContent.text) content[i].reasoningContent.reasoningText.text += delta.reasoningContent.text;
      if (delta.reasoningContent.signature) content[i].reasoningContent.reasoningText.signature = delta.reasoningContent.signature;
      if (delta.reasoningContent.redactedContent) content[i] = { reasoningContent: { redactedContent: delta.reasoningContent.redactedContent } };
    }
    if (event.messageStop) answer.stopReason = event.messageStop.stopReason;
    if (event.metadata) answer.usage = event.metadata.usage;
  }
  for (const block of content) if (block.toolUse) block.toolUse.input = JSON.parse(block.toolUse.input);
  return { ...answer, output: { message: { role: 'assistant', content } } };
}

async function loop(send) {
  const body = { modelId: modelId('think-parallel'), toolConfig, additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } } };
  const first = await send(body);
  assert.equal(first.stopReason, 'tool_use');
  const { content } = first.output.message;
  assert.match(content[0].reasoningContent.reasoningText.text, /🤔/);
  assert.deepEqual(content.slice(1).map((b) => b.toolUse.input), [weatherExample, weatherExample]);
  const results = content.slice(1).map((b) => ({ toolResult: { toolUseId: b.toolUse.toolUseId, content: text('4 degrees') } }));
  const next = (said, answers = results) => ({ ...body, messages: [...base.messages, { role: 'assistant', content: said }, { role: 'user', content: answers }] });
  assert.match((await send(next(content))).output.message.content.at(-1).text, /the tool said: 4 degrees/);
  assert.match((await failure(() => send(next(content.slice(1))))).message, /must start with a thinking block/);
  const changed = structuredClone(content);
  changed[0].reasoningContent.reasoningText.text += ' ';
  assert.match((await failure(() => send(next(changed)))).message, /Invalid `signature`/);
  assert.match((await failure(() => send(next(content, results.slice(1))))).message, /Expected toolResult blocks/);
  assert.match((await failure(() => send({ ...next(content), toolConfig: undefined }))).message, /toolConfig field must be defined/);
}

await run({
  async json() {
    const answer = await converse({});
    assert.match(answer.output.message.content[0].text, /You said: Hello/);
    assert.equal(answer.stopReason, 'end_turn');
    assert.equal(answer.usage.totalTokens, answer.usage.inputTokens + answer.usage.outputTokens);
  },
  async stream() {
    const answer = await stream({});
    assert.match(answer.output.message.content[0].text, /You said: Hello/);
    assert.deepEqual(answer.kinds, ['messageStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata']);
    assert.ok(answer.usage.outputTokens > 5);
  },
  jsonToolLoop: () => loop(converse),
  streamToolLoop: () => loop(stream),
  async redacted() {
    const body = { modelId: modelId('redacted-tools'), toolConfig };
    const { content } = (await stream(body)).output.message;
    assert.ok(content[0].reasoningContent.redactedContent.length > 32);
    const results = [{ toolResult: { toolUseId: content[1].toolUse.toolUseId, content: text('x') } }];
    await converse({ ...body, messages: [...base.messages, { role: 'assistant', content }, { role: 'user', content: results }] });
  },
  async structured() {
    const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'w', schema: JSON.stringify(weather) } } } };
    assert.deepEqual(JSON.parse((await converse({ outputConfig })).output.message.content[0].text), weatherExample);
  },
  async inspect() {
    const bytes = Buffer.from(png, 'base64');
    const content = [{ image: { format: 'png', source: { bytes } } }, { document: { format: 'pdf', name: 'a', source: { bytes } } }, ...text('Look'), { cachePoint: { type: 'default' } }];
    const answer = await converse({ modelId: modelId('inspect'), toolConfig, system: text('Be kind'), messages: [{ role: 'user', content }] });
    const seen = JSON.parse(answer.output.message.content[0].text);
    assert.deepEqual(seen.messages[0].parts.map((p) => [p.kind, p.cache]), [['image', undefined], ['file', undefined], ['text', '5m']]);
    assert.equal(seen.messages[0].parts[0].bytes, 70);
    assert.deepEqual(seen.system, [{ kind: 'text', text: 'Be kind' }]);
  },
  async endings() {
    assert.equal((await stream({ modelId: modelId('length') })).stopReason, 'max_tokens');
    assert.equal((await converse({ modelId: modelId('refusal') })).stopReason, 'content_filtered');
    assert.equal((await converse({ modelId: modelId('blocked') })).stopReason, 'guardrail_intervened');
  },
  async cacheUsage() {
    const { usage } = await converse({ modelId: modelId('cached'), messages: [{ role: 'user', content: text('x'.repeat(400)) }] });
    assert.equal(usage.inputTokens + usage.cacheReadInputTokens + usage.cacheWriteInputTokens, 100);
    assert.deepEqual(usage.cacheDetails.map((d) => d.ttl), ['5m', '1h']);
  },
  async arn() {
    const answer = await converse({ modelId: 'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sim-inspect-v1:0' });
    assert.match(JSON.parse(answer.output.message.content[0].text).model, /^arn:.*sim-inspect/);
  },
  async signatures() {
    const wrong = await failure(() => converse({}, client({ accessKeyId: 'SIMULATOR', secretAccessKey: 'wrong' })));
    assert.deepEqual([wrong.name, wrong.$metadata.httpStatusCode], ['InvalidSignatureException', 403]);
    assert.equal((await failure(() => converse({}, client({ accessKeyId: 'AKIAOTHER', secretAccessKey: 'simulator' })))).name, 'UnrecognizedClientException');
    await converse({}, client({ accessKeyId: 'ASIASIMULATOR', secretAccessKey: 'simulator', sessionToken: 'simulator-session' }, 'us-east-1'));
    assert.equal((await failure(() => converse({}, client({ accessKeyId: 'ASIASIMULATOR', secretAccessKey: 'simulator' })))).name, 'UnrecognizedClientException');
    const unsigned = await fetch(`${url}/model/x/converse`, { method: 'POST', body: '{}' });
    assert.deepEqual([unsigned.status, unsigned.headers.get('x-amzn-errortype')], [403, 'MissingAuthenticationTokenException']);
  },
  async errors() {
    assert.equal((await failure(() => converse({ modelId: modelId('429') }))).name, 'ThrottlingException');
    assert.equal((await failure(() => converse({ modelId: modelId('500') }))).name, 'InternalServerException');
    const twice = [...base.messages, ...base.messages];
    assert.match((await failure(() => converse({ messages: twice }))).message, /must alternate/);
    assert.match((await failure(() => converse({ messages: [{ role: 'user', content: text(' ') }] }))).message, /is blank/);
  },
  async brokenStreams() {
    assert.equal((await failure(() => stream({ modelId: modelId('error-event') }))).name, 'ModelStreamErrorException');
    assert.match((await failure(() => stream({ modelId: modelId('malformed') }))).message, /checksum/);
    await failure(() => stream({ modelId: modelId('cut-event') }));
  },
  async embeddings() {
    const invoke = async (id, body) => JSON.parse(new TextDecoder().decode((await right.send(new InvokeModelCommand({ modelId: id, contentType: 'application/json', body: JSON.stringify(body) }))).body));
    const titan = await invoke('amazon.titan-embed-text-v2:0', { inputText: 'Hello', dimensions: 256 });
    assert.deepEqual([titan.embedding.length, titan.inputTextTokenCount], [256, 2]);
    const cohere = await invoke('cohere.embed-multilingual-v3', { texts: ['a', 'b'], input_type: 'search_document', embedding_types: ['float'] });
    assert.deepEqual(cohere.embeddings.float.map((v) => v.length), [1024, 1024]);
    assert.equal((await failure(() => invoke('cohere.embed-english-v3', { texts: ['a'] }))).name, 'ValidationException');
  },
});
