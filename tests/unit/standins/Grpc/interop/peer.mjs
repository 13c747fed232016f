// The other side of the interoperability tests: @grpc/grpc-js as a server (`serve`: prints its port) or as a client
// (`call <host:port>`: makes every kind of call and prints what came back as one line of JSON).
import { fileURLToPath } from 'node:url'
import grpc from '@grpc/grpc-js'
import loader from '@grpc/proto-loader'

const proto = fileURLToPath(new URL('../echo.proto', import.meta.url))
const { Echo } = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true, defaults: true })).thinkwatch.tests
const insecure = [grpc.credentials.createInsecure(), grpc.ServerCredentials.createInsecure()]

function failure({ fail, text }) {
  const metadata = new grpc.Metadata()
  metadata.set('why', 'asked')
  metadata.set('why-bin', Buffer.from([0, 255]))
  return { code: fail, details: text, metadata }
}

/** Sends x-echo* back as headers; the trailers of the call, or undefined. */
function echoMetadata(call) {
  const [text] = call.metadata.get('x-echo')
  if (!text) return undefined
  const headers = new grpc.Metadata()
  headers.set('x-echo', text)
  headers.set('x-echo-bin', call.metadata.get('x-echo-bin')[0])
  call.sendMetadata(headers)
  const trailers = new grpc.Metadata()
  trailers.set('x-trail-bin', call.metadata.get('x-echo-bin')[0])
  return trailers
}

function say(call, answer) {
  const { request } = call
  const trailers = echoMetadata(call)
  if (request.delay < 0) return
  setTimeout(() => {
    if (request.fail) answer(failure(request))
    else answer(null, { text: request.text, payload: request.payload }, trailers)
  }, request.delay)
}

function collect(call, answer) {
  const reply = { text: '', count: 0 }
  call.on('data', (request) => {
    reply.text += request.text
    reply.count++
  })
  call.on('end', () => answer(null, reply))
}

function repeat(call) {
  const { request } = call
  for (let count = 0; count < request.count; count++) {
    if (request.fail && count === request.count - 1) {
      call.emit('error', failure(request))
      return
    }
    call.write({ text: request.text, count, payload: request.payload })
  }
  call.end()
}

function chat(call) {
  let count = 0
  call.on('data', (request) => call.write({ text: request.text, count: count++ }))
  call.on('end', () => call.end())
}

function serve() {
  const server = new grpc.Server()
  server.addService(Echo.service, { Say: say, Collect: collect, Repeat: repeat, Chat: chat })
  server.bindAsync('127.0.0.1:0', insecure[1], (error, port) => {
    if (error) throw error
    console.log(port)
  })
  // The parent's end is ours too.
  process.stdin.on('end', () => process.exit(0)).resume()
}

const soon = () => ({ deadline: Date.now() + 10_000 })

const unary = (client, request, options = soon(), metadata = new grpc.Metadata()) =>
  new Promise((resolve) => {
    const seen = {}
    const call = client.Say(request, metadata, options, (error, reply) => {
      seen.code = error?.code ?? 0
      seen.details = error?.details
      seen.why = error?.metadata?.get('why-bin')[0]?.toString('hex')
      seen.reply = reply && { text: reply.text, payload: reply.payload.toString('hex') }
    })
    call.on('metadata', (headers) => (seen.header = headers.get('x-echo-bin')[0]?.toString('hex')))
    call.on('status', (status) => {
      seen.trailer = status.metadata.get('x-trail-bin')[0]?.toString('hex')
      setImmediate(() => resolve(seen))
    })
  })

const streamed = (call) =>
  new Promise((resolve) => {
    const seen = { texts: [], code: 0 }
    call.on('data', (reply) => seen.texts.push(`${reply.text}${reply.count}`))
    call.on('error', (error) => Object.assign(seen, { code: error.code, details: error.details }))
    call.on('status', () => setImmediate(() => resolve(seen)))
  })

async function call(address) {
  const client = new Echo(address, insecure[0])
  const metadata = new grpc.Metadata()
  metadata.set('x-echo', 'hello')
  metadata.set('x-echo-bin', Buffer.from([0, 1, 254, 255]))
  const collecting = new Promise((resolve) => {
    const stream = client.Collect(soon(), (error, reply) => resolve({ code: error?.code ?? 0, reply }))
    for (const text of ['a', 'b', 'c']) stream.write({ text })
    stream.end()
  })
  const chatting = client.Chat(soon())
  const talk = streamed(chatting)
  for (const text of ['x', 'y', 'z']) chatting.write({ text })
  chatting.end()
  const cancelling = client.Repeat({ text: 'c', count: 2, delay: 60_000 }, soon())
  const cancelled = streamed(cancelling)
  setTimeout(() => cancelling.cancel(), 100)
  const gzip = new Echo(address, insecure[0], { 'grpc.default_compression_algorithm': 2 })
  console.log(
    JSON.stringify({
      unary: await unary(client, { text: 'é世', payload: Buffer.from([9, 8]) }, soon(), metadata),
      failed: await unary(client, { fail: 7, text: 'no: 100% é世' }),
      deadline: await unary(client, { delay: -1 }, { deadline: Date.now() + 150 }),
      tooLarge: await unary(client, { payload: Buffer.alloc(100_000) }),
      gzip: await unary(gzip, { text: 'packed'.repeat(100) }),
      collected: await collecting,
      repeated: await streamed(client.Repeat({ text: 'r', count: 3 }, soon())),
      repeatedThenFailed: await streamed(client.Repeat({ text: 'late', count: 3, fail: 10 }, soon())),
      chatted: await talk,
      cancelled: await cancelled,
    }),
  )
  client.close()
  gzip.close()
}

if (process.argv[2] === 'serve') serve()
else await call(process.argv[3])
