import { expect, it } from 'vitest'
import { routeValuesOf, toRouteUpdate, toUpdate, valuesOf } from './schema'

const route = {
  id: 'r',
  provider_id: 'p',
  upstream_model: 'up',
  weight: 100,
  enabled: true,
  label: 'EU',
  rpm_cap: 60,
  prices: { input_price: '1.5' },
}

it('a route that was only looked at is sent as it was', () => {
  expect(toRouteUpdate(routeValuesOf(route))).toEqual({
    upstream_model: 'up',
    label: 'EU',
    notes: null,
    rpm_cap: 60,
    tpm_cap: null,
    prices: { input_price: '1.5' },
  })
})

it('emptied caps and prices of a route are cleared', () => {
  const values = routeValuesOf(route)
  const emptied = { ...values, rpm_cap: '', prices: { ...values.prices, input_price: '' } }
  expect(toRouteUpdate(emptied)).toMatchObject({ rpm_cap: null, prices: null })
})

it('multipliers and affinity of a model are kept as decimals and words, and cleared when emptied', () => {
  const values = { ...valuesOf(), model_id: 'm', input_multiplier: '0.5', affinity_mode: 'route' as const }
  expect(toUpdate(values, false)).toEqual({
    display_name: 'm',
    enabled: true,
    input_multiplier: '0.5',
    affinity_mode: 'route',
  })
  expect(toUpdate({ ...values, input_multiplier: '', affinity_mode: '' }, true)).toMatchObject({
    input_multiplier: null,
    affinity_mode: null,
  })
})
