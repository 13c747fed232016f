import { useMutation, useQueryClient } from '@tanstack/react-query'
import { EditError } from '@/components/edit-conflict'
import { describeError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/segmented'
import { Select } from '@/components/ui/select'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { projectionQuery, readModel, updateModel, updateWeights, type Projection } from '@/lib/api/catalog'
import type { KnownModel } from '@/lib/api/use-models'
import { useDraft } from '@/lib/use-draft'
import { isStale } from '@/lib/use-edit'
import { isManual, percents, splitCost } from './data/split'
import { strategies } from './data/schema'
import { TrafficBar } from './traffic-bar'

const autos = strategies.filter((strategy) => strategy !== 'weighted')
type Auto = (typeof autos)[number]

/** Percents by route. */
type Split = Record<string, number>

function splitOf(projection: Projection): Split {
  const taking = projection.routes.filter((route) => route.takes_part)
  const shares = percents(taking.map((route) => route.manual_share))
  return Object.fromEntries(taking.map((route, index) => [route.route_id, shares[index] ?? 0]))
}

interface TrafficSplitProps {
  model: KnownModel
  projection: Projection
  onChanged: () => Promise<unknown>
}

/** Who decides where a call goes, and what that costs: by score, or by the weights that are dragged here. */
export function TrafficSplit({ model, projection, onChanged }: TrafficSplitProps) {
  const { t, f } = useI18n()
  const toast = useToast()
  const manual = isManual(projection)
  const client = useQueryClient()
  const taking = projection.routes.filter((route) => route.takes_part)
  const stored = percents(taking.map((route) => route.manual_share))
  const auto = percents(taking.map((route) => route.auto_share))
  const split = useDraft<Split>({
    name: 'split',
    value: splitOf(projection),
    etag: model.routes_etag,
    read: async () => {
      const { value } = await readModel(model.id)
      return {
        value: splitOf(await client.fetchQuery({ ...projectionQuery(model.id), staleTime: 0 })),
        etag: value.routes_etag,
      }
    },
    reload: onChanged,
    say: (shares) => Object.values(shares).join(' / '),
  })
  const mode = useDraft({
    name: 'strategy',
    value: projection.strategy,
    etag: model.etag,
    read: () => readModel(model.id).then(({ value, etag }) => ({ value: value.strategy ?? '', etag })),
    reload: onChanged,
    say: String,
  })
  // Routes may come and go under what is dragged.
  const draft =
    split.draft &&
    percents(taking.map(({ route_id }, index) => split.draft?.[route_id] ?? stored[index] ?? 0))
  const setDraft = (shares: number[]) =>
    split.set(Object.fromEntries(taking.map(({ route_id }, index) => [route_id, shares[index] ?? 0])))
  const shown = manual ? (draft ?? stored) : auto
  const labels = new Map(
    model.routes.map((route) => [route.id, `${route.providerLabel} ${route.upstream_model}`]),
  )
  const cost = (shares: number[]) =>
    splitCost(taking.map((route, index) => ({ percent: shares[index] ?? 0, usd: route.usd_per_million })))

  const failed = (error: unknown) => {
    if (isStale(error)) return
    const { title, detail } = describeError(error, t)
    toast.failure(title, detail)
  }
  const setStrategy = useMutation({
    mutationFn: (strategy: Auto | 'weighted') => updateModel(model.id, { strategy }, mode.etag),
    onSuccess: onChanged,
    onError: failed,
  })
  // The next one stands on what this one leaves behind.
  const change = (strategy: Auto | 'weighted') => setStrategy.isPending || setStrategy.mutate(strategy)
  const save = useMutation({
    mutationFn: (shares: number[]) =>
      updateWeights(
        taking.map((route, index) => ({ id: route.route_id, weight: shares[index] ?? 0 })),
        split.etag,
      ),
    onSuccess: async () => {
      await onChanged()
      split.drop()
      toast.success(t('models.splitSaved'))
    },
    onError: failed,
  })

  return (
    <div className="grid gap-3 rounded-lg border border-line p-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label={t('models.mode')}
          value={manual ? 'manual' : 'auto'}
          onChange={(next) => change(next === 'manual' ? 'weighted' : 'latency_cost')}
          options={[
            { value: 'auto', label: t('models.mode.auto') },
            { value: 'manual', label: t('models.mode.manual') },
          ]}
        />
        {!manual && (
          <Select
            aria-label={t('models.strategy')}
            value={projection.strategy}
            onChange={(event) => change(event.target.value as Auto)}
            className="w-auto"
          >
            {autos.map((strategy) => (
              <option key={strategy} value={strategy}>
                {t(`models.strategy.${strategy}`)}
              </option>
            ))}
          </Select>
        )}
        {manual && taking.length > 1 && (
          <Button size="sm" variant="ghost" onClick={() => setDraft(auto)}>
            {t('models.takeAuto')}
          </Button>
        )}
        {draft && (
          <span className="ms-auto flex gap-2">
            <Button
              size="sm"
              onClick={() => {
                split.drop()
                save.reset()
              }}
            >
              {t('common.cancel')}
            </Button>
            <Button size="sm" variant="primary" busy={save.isPending} onClick={() => save.mutate(draft)}>
              {t('models.saveSplit')}
            </Button>
          </span>
        )}
      </div>
      <EditError
        edit={mode}
        error={isStale(setStrategy.error) ? setStrategy.error : null}
        onLoaded={setStrategy.reset}
        label={() => t('models.mode')}
      />
      <EditError
        edit={split}
        error={isStale(save.error) ? save.error : null}
        onLoaded={save.reset}
        label={() => t('models.splitOf', { name: model.model_id })}
      />
      <TrafficBar
        label={t('models.splitOf', { name: model.model_id })}
        parts={taking.map((route, index) => ({
          id: route.route_id,
          label: labels.get(route.route_id) ?? route.upstream_model,
          percent: shown[index] ?? 0,
        }))}
        onChange={manual && taking.length > 1 ? setDraft : undefined}
      />
      <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-2">
        <Cost label={t('models.manualCost')} usd={cost(manual ? shown : stored)} strong={manual} />
        <Cost label={t('models.autoCost')} usd={cost(auto)} strong={!manual} />
      </dl>
      <p className="text-xs text-ink-3">
        {projection.basis === 'traffic'
          ? t('models.basisTraffic', { n: f.integer(projection.requests), hours: projection.window_hours })
          : t('models.basisTypical')}
      </p>
    </div>
  )
}

function Cost({ label, usd, strong }: { label: string; usd: number | null; strong: boolean }) {
  const { t, f } = useI18n()
  return (
    <div className="flex items-baseline justify-between gap-2">
      <dt className="text-ink-2">{label}</dt>
      <dd className={strong ? 'tnum font-semibold' : 'tnum'}>
        {usd === null ? t('models.unpriced') : t('models.perMillion', { usd: f.usd(usd) })}
      </dd>
    </div>
  )
}
