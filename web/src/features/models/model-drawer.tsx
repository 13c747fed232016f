import { Pencil } from 'lucide-react'
import { SimulatedBadge, StatusBadge } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Drawer } from '@/components/ui/dialog'
import { useI18n } from '@/i18n'
import type { KnownModel } from '@/lib/api/use-models'
import { AddRoute } from './add-route'
import { shares } from './data/schema'
import { RouteBar } from './route-bar'
import { RouteRow } from './route-row'

interface ModelDrawerProps {
  model: KnownModel
  onClose: () => void
  onEdit: () => void
  onChanged: () => Promise<unknown>
}

export function ModelDrawer({ model, onClose, onEdit, onChanged }: ModelDrawerProps) {
  const { t, f } = useI18n()
  const parts = shares(model.routes)
  const facts = [
    [t('models.input_price'), f.usd(model.input_price)],
    [t('models.output_price'), f.usd(model.output_price)],
    [t('models.context_window'), model.context_window ? f.integer(model.context_window) : '–'],
    [t('models.strategy'), t(`models.strategy.${model.strategy ?? 'default'}`)],
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
      <dl className="grid grid-cols-2 gap-px border-b border-line bg-line sm:grid-cols-4">
        {facts.map(([label, value]) => (
          <div key={label} className="bg-panel px-4 py-3 sm:px-5">
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
        {parts.length > 0 && (
          <>
            <RouteBar routes={model.routes} className="h-2.5 w-full rounded" />
            <ul className="grid gap-2">
              {parts.map(({ route, share }) => (
                <RouteRow key={route.id} route={route} share={share} onChanged={onChanged} />
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
