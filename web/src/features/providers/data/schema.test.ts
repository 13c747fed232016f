import { expect, it } from 'vitest'
import type { Provider } from '@/lib/api/catalog'
import { toRequest, toTest, valuesOf } from './schema'

const provider = {
  id: '1',
  name: 'azure',
  display_name: 'Azure',
  provider_type: 'azure_openai',
  base_url: 'https://x.example',
  enabled: true,
  api_key: '••••1234',
  api_keys: [
    { key_id: 'a', hint: '••••1234' },
    { key_id: 'b', hint: '••••5678' },
  ],
  headers: { 'x-team': '••••', 'x-old': '••••' },
  config: { api_version: '2026-06-01' },
} as unknown as Provider

const bedrock = {
  ...provider,
  provider_type: 'bedrock',
  config: { region: 'eu-west-1', access_key_id: '••••2345', secret_access_key: '••••9abc' },
} as unknown as Provider

it('a secret that was not typed again is not sent, so that the stored one stays', () => {
  const request = toRequest(valuesOf(provider), provider)
  expect(request).not.toHaveProperty('api_key')
  expect(request).not.toHaveProperty('api_keys')
})

it('a key added joins the masked ones, one taken out is missing from them', () => {
  const values = valuesOf(provider)
  values.kept_keys = ['••••5678']
  values.api_keys = [{ value: ' sk-new ' }, { value: '' }]
  expect(toRequest(values, provider).api_keys).toEqual(['••••5678', 'sk-new'])
})

it('a header taken out is cleared, one left masked is kept', () => {
  const values = valuesOf(provider)
  values.headers = values.headers.filter((header) => header.name !== 'x-old')
  expect(toRequest(values, provider).headers).toEqual({ 'x-team': '••••', 'x-old': null })
})

it('masked credentials go back as they came; those of another kind are cleared', () => {
  const values = valuesOf(bedrock)
  expect(toRequest(values, bedrock).config).toEqual({ ...bedrock.config, credentials: 'static' })
  values.config.credentials = 'container'
  expect(toRequest(values, bedrock).config).toEqual({
    region: 'eu-west-1',
    credentials: 'container',
    access_key_id: null,
    secret_access_key: null,
  })
})

it('a test of a stored provider names it and leaves out what did not change', () => {
  expect(toTest(valuesOf(provider), provider)).toEqual({
    provider_id: '1',
    base_url: 'https://x.example',
    allow_private_network: false,
    headers: { 'x-team': '••••', 'x-old': '••••' },
    config: { api_version: '2026-06-01' },
  })
})
