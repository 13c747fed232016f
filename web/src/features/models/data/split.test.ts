import { expect, it } from 'vitest'
import { moveBorder, percents, splitCost } from './split'

it('percents always sum to 100', () => {
  expect(percents([1, 1, 1])).toEqual([34, 33, 33])
  expect(percents([0.02, 0.98])).toEqual([2, 98])
  expect(percents([0, 0])).toEqual([0, 0])
})

it('a border moves between its two neighbours only', () => {
  expect(moveBorder([50, 30, 20], 0, 65)).toEqual([65, 15, 20])
  expect(moveBorder([50, 30, 20], 0, 95)).toEqual([80, 0, 20])
  expect(moveBorder([50, 30, 20], 1, 40)).toEqual([50, 0, 50])
})

it('a split with an unpriced part has no cost, unless that part takes nothing', () => {
  expect(
    splitCost([
      { percent: 50, usd: '1' },
      { percent: 50, usd: '3' },
    ]),
  ).toBe(2)
  expect(
    splitCost([
      { percent: 50, usd: null },
      { percent: 50, usd: '3' },
    ]),
  ).toBeNull()
  expect(
    splitCost([
      { percent: 0, usd: null },
      { percent: 100, usd: '3' },
    ]),
  ).toBe(3)
})
