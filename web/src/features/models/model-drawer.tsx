import { useMutation, useQuery } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { EditError } from '@/components/edit-conflict'
import { describeError, ErrorState } from '@/components/states'
import { SimulatedBadge, StatusBadge } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Badge } from '@/components/ui/badge'
import { Drawer } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { Switch } from '@/components/ui/toggles'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import {
  projectionQuery,
  readModel,
  routeHealthQuery,
  routeHistoryQuery,
  updateModel,
} from '@/lib/api/catalog'
import type { KnownModel } from '@/lib/api/use-models'
import { useDraft } from '@/lib/use-draft'
import { isStale } from '@/lib/use-edit'
import { AddRoute } from './add-route'
import { at, backgrounds } from './data/colours'
import { isManual } from './data/split'
import { RouteRow } from './route-row'
import { TrafficSplit } from './traffic-split'

interface ModelDrawerProps {
  model: KnownModel
  onClose: () => void
  onEdit: () => void
  onChanged: () => Promise<unknown>
}

export function ModelDrawer({ model, onClose, onEdit, onChanged }: ModelDrawerProps) {
  const { t, f } = useI18n()
  const toast = useToast()
  const projection = useQuery(projectionQuery(model.id))
  const health = useQuery(routeHealthQuery(model.id))
  const history = useQuery(routeHistoryQuery(model.id))
  const edit = useDraft({
    name: 'enabled',
    value: model.enabled,
    etag: model.etag,
    read: () => readModel(model.id).then(({ value, etag }) => ({ value: value.enabled, etag })),
    reload: onChanged,
    say: String,
  })
  const kill = useMutation({
    mutationFn: (enabled: boolean) => updateModel(model.id, { enabled }, edit.etag),
    onSuccess: onChanged,
    onError: (error) => isStale(error) || toast.failure(t('error.failed'), describeError(error, t).title),
  })
  const figures = projection.data?.routes ?? []
  const taking = figures.filter((route) => route.takes_part).map((route) => route.route_id)
  const share = (id: string) => {
    const route = figures.find((each) => each.route_id === id)
    if (!route || !projection.data) return 0
    return isManual(projection.data) ? route.manual_share : route.auto_share
  }
  const facts = [
    [t('models.input_price'), f.usd(model.input_price)],
    [t('models.output_price'), f.usd(model.output_price)],
    [t('models.cached_input_price'), f.usd(model.cached_input_price)],
    [t('models.cache_write_price'), f.usd(model.cache_write_price)],
    [t('models.multipliers'), `× ${model.input_multiplier ?? '1'} / × ${model.output_multiplier ?? '1'}`],
    [
      t('models.affinity'),
      model.affinity_mode ? t(`models.affinity.${model.affinity_mode}`) : t('models.strategy.default'),
    ],
    [t('models.context_window'), model.context_window ? f.integer(model.context_window) : '–'],
    [t('models.max_output_tokens'), model.max_output_tokens ? f.integer(model.max_output_tokens) : '–'],
  ] as const
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      label={t('models.routesOf', { name: model.model_id })}
      title={
        <>
          <span className="truncate font-mono text-base font-semibold tracking-tight">{model.model_id}</span>
          {model.simulated && <SimulatedBadge />}
          <StatusBadge tone={model.enabled ? 'ok' : 'off'}>
            {t(model.enabled ? 'common.enabled' : 'common.disabled')}
          </StatusBadge>
          <Button variant="ghost" size="sm" className="ms-auto" onClick={onEdit}>
            <Pencil aria-hidden />
            {t('common.edit')}
          </Button>
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2.5 sm:px-5">
        <label className="flex items-center gap-2 text-sm font-medium">
          <Switch
            checked={model.enabled}
            disabled={kill.isPending}
            onCheckedChange={(enabled) => kill.mutate(enabled)}
            aria-label={t('models.killSwitch')}
          />
          {t('models.killSwitch')}
        </label>
        <span className="text-xs text-ink-3">{t('models.enabledHint')}</span>
        <Badge tone={model.price_source === 'none' ? 'warn' : 'outline'} className="ms-auto">
          {t(`models.priceSource.${model.price_source}`)}
        </Badge>
      </div>
      {isStale(kill.error) && (
        <div className="border-b border-line px-4 py-2.5 sm:px-5">
          <EditError
            edit={edit}
            error={kill.error}
            onLoaded={kill.reset}
            label={() => t('models.killSwitch')}
          />
        </div>
      )}
      <dl className="grid grid-cols-2 gap-px border-b border-line bg-line sm:grid-cols-4">
        {facts.map(([label, value]) => (
          <div key={label} className="bg-panel px-4 py-3 sm:first:ps-5">
            <dt className="text-xs text-ink-3">{label}</dt>
            <dd className="tnum mt-0.5 truncate text-sm font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      <section className="grid gap-3 p-4 sm:p-5" aria-labelledby="routes-heading">
        <div>
          <h2 id="routes-heading" className="text-base font-semibold">
            {t('models.routes')}
          </h2>
          <p className="text-sm text-ink-2">{t('models.routesHint')}</p>
        </div>
        {model.routes.length > 0 && (
          <>
            {projection.isError ? (
              <ErrorState error={projection.error} onRetry={() => void projection.refetch()} />
            ) : projection.data ? (
              <TrafficSplit model={model} projection={projection.data} onChanged={onChanged} />
            ) : (
              <Skeleton className="h-32" />
            )}
            <ul className="grid gap-2">
              {model.routes.map((route) => (
                <RouteRow
                  key={route.id}
                  route={route}
                  colour={taking.includes(route.id) ? at(backgrounds, taking.indexOf(route.id)) : undefined}
                  share={share(route.id)}
                  figures={figures.find((each) => each.route_id === route.id)}
                  health={health.data?.items.find((each) => each.route_id === route.id)}
                  history={history.data?.routes.find((each) => each.route_id === route.id)}
                  onChanged={onChanged}
                />
              ))}
            </ul>
          </>
        )}
        {model.routes.length === 0 && (
          <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{t('models.noRoutesHint')}</p>
        )}
        <AddRoute model={model} onAdded={onChanged} />
      </section>
    </Drawer>
  )
}
