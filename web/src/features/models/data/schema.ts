import type { Translate } from '@/i18n'
import type { Model, ModelRoute } from '@/lib/api/catalog'
import type { Schemas } from '@/lib/api/client'
import { z } from '@/lib/zod'

export const strategies = ['latency_cost', 'balanced', 'latency', 'weighted'] as const
export const priceFields = [
  'input_price',
  'output_price',
  'cached_input_price',
  'cache_write_price',
  'cache_write_1h_price',
  'reasoning_price',
] as const
export const affinities = ['none', 'provider', 'route'] as const
export const multiplierFields = ['input_multiplier', 'output_multiplier'] as const
export const sizeFields = ['context_window', 'max_output_tokens'] as const

export const modelSchema = (t: Translate) => {
  const price = z.string().regex(/^\d*(\.\d+)?$/, t('form.number'))
  const size = z.string().regex(/^\d*$/, t('form.number'))
  return z.object({
    model_id: z.string().trim().min(1, t('form.required')),
    display_name: z.string(),
    enabled: z.boolean(),
    strategy: z.union([z.literal(''), z.enum(strategies)]),
    affinity_mode: z.union([z.literal(''), z.enum(affinities)]),
    input_multiplier: price,
    output_multiplier: price,
    input_price: price,
    output_price: price,
    cached_input_price: price,
    cache_write_price: price,
    cache_write_1h_price: price,
    reasoning_price: price,
    context_window: size,
    max_output_tokens: size,
    provider_id: z.string(),
    upstream_model: z.string(),
  })
}

export type ModelValues = z.infer<ReturnType<typeof modelSchema>>

export const valuesOf = (model?: Omit<Model, 'routes'>, providerId = ''): ModelValues => ({
  model_id: model?.model_id ?? '',
  display_name: model?.display_name ?? '',
  enabled: model?.enabled ?? true,
  strategy: model?.strategy ?? '',
  affinity_mode: model?.affinity_mode ?? '',
  input_multiplier: model?.input_multiplier?.toString() ?? '',
  output_multiplier: model?.output_multiplier?.toString() ?? '',
  input_price: model?.input_price?.toString() ?? '',
  output_price: model?.output_price?.toString() ?? '',
  cached_input_price: model?.cached_input_price?.toString() ?? '',
  cache_write_price: model?.cache_write_price?.toString() ?? '',
  cache_write_1h_price: model?.cache_write_1h_price?.toString() ?? '',
  reasoning_price: model?.reasoning_price?.toString() ?? '',
  context_window: model?.context_window?.toString() ?? '',
  max_output_tokens: model?.max_output_tokens?.toString() ?? '',
  provider_id: providerId,
  upstream_model: '',
})

/** Emptied fields of an existing model are cleared; of a new one they are left out. */
export function toUpdate(values: ModelValues, existing: boolean): Schemas['ModelUpdate'] {
  const orNull = <T>(value: string, parse: (text: string) => T) => (value === '' ? null : parse(value))
  const all = {
    ...Object.fromEntries(priceFields.map((name) => [name, orNull(values[name], String)])),
    ...Object.fromEntries(sizeFields.map((name) => [name, orNull(values[name], Number)])),
    ...Object.fromEntries(multiplierFields.map((name) => [name, orNull(values[name], String)])),
    strategy: values.strategy === '' ? null : values.strategy,
    affinity_mode: values.affinity_mode === '' ? null : values.affinity_mode,
  }
  const sent = existing ? all : Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
  return { display_name: values.display_name.trim() || values.model_id, enabled: values.enabled, ...sent }
}

/** The share of traffic that each enabled route is weighted for, largest first. */
export function shares<T extends ModelRoute>(routes: T[]): { route: T; share: number }[] {
  const total = routes.filter((route) => route.enabled).reduce((sum, route) => sum + route.weight, 0)
  return routes
    .map((route) => ({ route, share: route.enabled && total > 0 ? route.weight / total : 0 }))
    .sort((a, b) => b.share - a.share)
}

export const capFields = ['rpm_cap', 'tpm_cap'] as const

export const routeSchema = (t: Translate) => {
  const price = z.string().regex(/^\d*(\.\d+)?$/, t('form.number'))
  const cap = z.string().regex(/^\d*$/, t('form.number'))
  return z.object({
    upstream_model: z.string().trim().min(1, t('form.required')),
    label: z.string(),
    notes: z.string(),
    rpm_cap: cap,
    tpm_cap: cap,
    prices: z.record(z.string(), price),
  })
}

export type RouteValues = z.infer<ReturnType<typeof routeSchema>>

export const routeValuesOf = (route: ModelRoute): RouteValues => ({
  upstream_model: route.upstream_model,
  label: route.label ?? '',
  notes: route.notes ?? '',
  rpm_cap: route.rpm_cap?.toString() ?? '',
  tpm_cap: route.tpm_cap?.toString() ?? '',
  prices: Object.fromEntries(priceFields.map((name) => [name, route.prices?.[name]?.toString() ?? ''])),
})

/** Emptied fields are cleared; prices go as a whole, and none of them means those of the model. */
export function toRouteUpdate(values: RouteValues): Schemas['ModelRouteUpdate'] {
  const prices = priceFields.flatMap((name) => (values.prices[name] ? [[name, values.prices[name]]] : []))
  return {
    upstream_model: values.upstream_model.trim(),
    label: values.label.trim() || null,
    notes: values.notes.trim() || null,
    rpm_cap: values.rpm_cap === '' ? null : Number(values.rpm_cap),
    tpm_cap: values.tpm_cap === '' ? null : Number(values.tpm_cap),
    prices: prices.length > 0 ? (Object.fromEntries(prices) as Schemas['Prices']) : null,
  }
}
