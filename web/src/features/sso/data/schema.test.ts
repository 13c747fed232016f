import { describe, expect, it } from 'vitest'
import type { SsoPreset } from '@/lib/api/sso'
import { ssoStartPath } from '@/lib/api/sso'
import { toRequest, valuesOf } from './schema'

const preset: SsoPreset = {
  id: 'okta',
  name: 'Okta',
  issuer_example: 'https://example.okta.com',
  scopes: ['openid', 'email'],
  name_claim: 'name',
  groups_claim: 'groups',
}

describe('an SSO form', () => {
  it('starts from its preset', () => {
    const values = valuesOf(null, preset, 'https://console.example')
    expect(values).toMatchObject({
      preset: 'okta',
      label: 'Okta',
      scopes: 'openid email',
      default_role: 'developer',
    })
  })

  it('leaves the stored secret alone when none was typed, and sends absent choices as null', () => {
    const values = {
      ...valuesOf(null, preset, 'https://console.example'),
      default_role: '',
      email_domains: 'acme.com, acme.org',
      mappings: [{ group: 'ops', role: '', team_id: 'a' }],
    }
    const request = toRequest(values)
    expect(request).not.toHaveProperty('client_secret')
    expect(request).toMatchObject({
      console_url: 'https://console.example',
      default_role: null,
      email_domains: ['acme.com', 'acme.org'],
      mappings: [{ group: 'ops', role: null, team_id: 'a' }],
    })
    expect(toRequest({ ...values, client_secret: 's' })).toMatchObject({
      client_secret: 's',
    })
  })
})

describe('the way to the provider', () => {
  it('takes the page along that was asked for', () => {
    expect(ssoStartPath(null, '/')).toBe('/api/auth/sso/start')
    expect(ssoStartPath('c1', '/gateway/logs?q=a')).toBe(
      '/api/auth/sso/start?connection=c1&redirect=%2Fgateway%2Flogs%3Fq%3Da',
    )
  })
})
