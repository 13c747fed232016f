// oidc-provider as it is, with one client and any account that a test makes. Started with PORT, REDIRECT_URI, LOGOUT_URI and CLIENT_SECRET; ends with its standard input.
// POST /control/<verb> is for tests: accounts, rotation of the signing key, answers that a sound provider would never give.
import { createServer } from 'node:http'
import { generateKeyPair, exportJWK, SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader } from 'jose'
import { Provider } from 'oidc-provider'

const { PORT, REDIRECT_URI, LOGOUT_URI, CLIENT_SECRET } = process.env
const issuer = `http://127.0.0.1:${PORT}`
const accounts = new Map()
const state = { tamper: null, inIdToken: true, key: null, keys: 0, jwksReads: 0, handler: null, challenge: null }

const makeKey = async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(privateKey)), kid: `key-${++state.keys}`, alg: 'RS256', use: 'sig' } }
}

const tampered = {
  nonce: (claims) => ({ ...claims, nonce: 'another' }),
  expired: (claims) => ({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }),
  audience: (claims) => ({ ...claims, aud: 'another-client' }),
  party: (claims) => ({ ...claims, azp: 'another-client' }),
  issuer: (claims) => ({ ...claims, iss: 'https://another.example' }),
  at_hash: (claims) => ({ ...claims, at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
}

async function tamper(token) {
  const claims = decodeJwt(token)
  const header = decodeProtectedHeader(token)
  if (state.tamper === 'none') return new UnsecuredJWT(claims).encode()
  if (state.tamper === 'hs256') return new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(new TextEncoder().encode(CLIENT_SECRET))
  if (state.tamper === 'foreign') return new SignJWT(claims).setProtectedHeader(header).sign((await makeKey()).privateKey)
  return new SignJWT(tampered[state.tamper](claims)).setProtectedHeader(header).sign(state.key.privateKey)
}

async function start() {
  state.key = await makeKey()
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'thinkwatch', client_secret: CLIENT_SECRET, redirect_uris: [REDIRECT_URI], post_logout_redirect_uris: [LOGOUT_URI] }],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    cookies: { keys: ['cookie-key-of-the-tests'] },
    conformIdTokenClaims: !state.inIdToken,
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [state.key.jwk] },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
      grant.addOIDCScope('openid profile email groups')
      await grant.save()
      return grant
    },
  })
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.oidc?.route === 'authorization' && ctx.oidc.params) state.challenge = ctx.oidc.params.code_challenge_method
    if (ctx.oidc?.route === 'jwks') state.jwksReads++
    if (ctx.oidc?.route === 'token' && state.tamper && ctx.body?.id_token) ctx.body.id_token = await tamper(ctx.body.id_token)
  })
  const respond = provider.callback()
  state.handler = async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return respond(request, response)
    if (request.method === 'POST') {
      const login = new URLSearchParams(await read(request)).get('login')
      return provider.interactionFinished(request, response, login === 'cancel' ? { error: 'access_denied', error_description: 'unmistakable provider text' } : { login: { accountId: login } })
    }
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><html lang="en"><title>Provider</title><main><form method="post"><label>Login <input name="login"></label> <button>Continue</button></form></main></html>')
  }
}

async function read(request) {
  let text = ''
  for await (const part of request) text += part
  return text
}

const control = {
  account: ({ login, claims }) => accounts.set(login, claims),
  tamper: ({ mode }) => (state.tamper = mode),
  claims: async ({ inIdToken }) => {
    state.inIdToken = inIdToken
    await start()
  },
  rotate: start,
  state: () => {},
}

await start()
createServer(async (request, response) => {
  if (!request.url.startsWith('/control/')) return state.handler(request, response)
  await control[request.url.slice('/control/'.length)](JSON.parse((await read(request)) || '{}'))
  response.end(JSON.stringify({ jwks_reads: state.jwksReads, challenge_method: state.challenge }))
}).listen(Number(PORT), '127.0.0.1', () => console.log('ready'))
process.stdin.on('end', () => process.exit()).resume()
