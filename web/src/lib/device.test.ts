import { expect, test } from 'vitest'
import { deviceOf } from './device'

const chromeOnWindows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
const edge = `${chromeOnWindows} Edg/126.0.0.0`
const safariOnPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

test('a browser that names others too is called by its own name', () => {
  expect(deviceOf(chromeOnWindows)).toEqual({ browser: 'Chrome', system: 'Windows', mobile: false })
  expect(deviceOf(edge).browser).toBe('Edge')
  expect(deviceOf(safariOnPhone)).toEqual({ browser: 'Safari', system: 'iOS', mobile: true })
})

test('an agent that tells nothing leaves all open', () => {
  expect(deviceOf('')).toEqual({ browser: undefined, system: undefined, mobile: false })
})
