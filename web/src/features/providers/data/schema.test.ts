import { expect, it } from 'vitest'
import type { Provider } from '@/lib/api/catalog'
import { toRequest, valuesOf } from './schema'

const provider = {
  id: '1',
  name: 'azure',
  display_name: 'Azure',
  provider_type: 'azure_openai',
  base_url: 'https://x.example',
  enabled: true,
  api_key: '••••1234',
  headers: { 'x-team': '••••', 'x-old': '••••' },
  config: { api_version: '2026-06-01' },
} as Provider

it('a secret that was not typed again is not sent, so that the stored one stays', () => {
  expect(toRequest(valuesOf(provider), provider)).not.toHaveProperty('api_key')
})

it('a header taken out is cleared, one left masked is kept', () => {
  const values = valuesOf(provider)
  values.headers = values.headers.filter((header) => header.name !== 'x-old')
  expect(toRequest(values, provider).headers).toEqual({ 'x-team': '••••', 'x-old': null })
})
