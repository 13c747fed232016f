import { expect, it } from 'vitest'
import { sparkline } from '@/lib/sparkline'
import { change } from './metrics'

it('a change needs something to compare with', () => {
  expect(change(12, 10)).toBeCloseTo(0.2)
  expect(change(12, 0)).toBeNull()
  expect(change(null, 10)).toBeNull()
})

it('a sparkline leaves a gap where nothing was measured', () => {
  expect(sparkline([0, 10, null, 10])).toBe('M0.00 23.00L33.33 2.00M100.00 2.00h0')
  expect(sparkline([5])).toBe('')
})
