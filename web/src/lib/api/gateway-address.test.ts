import { expect, it } from 'vitest'
import { gatewayUrl } from './gateway-address'

it('the gateway is its own port on the host that the console was reached under', () => {
  expect(gatewayUrl('https://tw.example:3001', 3000)).toBe('https://tw.example:3000')
  expect(gatewayUrl('http://[::1]:3001', 3000)).toBe('http://[::1]:3000')
  expect(gatewayUrl('http://localhost:3001', null)).toBe('http://localhost:3001/gateway')
})
