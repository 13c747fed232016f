import { Pencil, Power, Route, Trash2 } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { RowMenu } from '@/components/row-menu'
import { SimulatedBadge, StatusBadge } from '@/components/status'
import { Mono } from '@/components/text'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import { Skeleton } from '@/components/ui/skeleton'
import type { Translate } from '@/i18n'
import type { KnownModel } from '@/lib/api/use-models'
import { dash, type Formats } from '@/lib/format'
import { BreakerMark } from './breaker-badge'
import type { Activity } from './data/activity'
import { ModelHour } from './model-hour'
import { RouteBar } from './route-bar'

interface Actions {
  open: (model: KnownModel) => void
  edit: (model: KnownModel) => void
  remove: (model: KnownModel) => void
  toggle: (model: KnownModel) => void
}

const column = columnsOf<KnownModel>()
const number = (value: string | null | undefined) =>
  value === null || value === undefined ? -1 : Number(value)

export const modelColumns = (
  t: Translate,
  f: Formats /** Null: it could not be had; the table only lacks a column then. */,
  activity: Activity | null | undefined,
  actions: Actions,
) => [
  column.accessor('model_id', {
    header: t('models.model'),
    cell: ({ row: { original: model } }) => (
      <div className="max-w-60 min-w-44">
        <div className="flex items-center gap-2">
          <button
            type="button"
            title={model.model_id}
            className="truncate rounded font-mono text-[0.92em] font-medium tracking-tight hover:underline"
            onClick={(event) => {
              event.stopPropagation()
              actions.open(model)
            }}
          >
            {model.model_id}
          </button>
          {model.simulated && <SimulatedBadge />}
        </div>
        {model.display_name !== model.model_id && (
          <span className="block truncate text-xs text-ink-3" title={model.display_name}>
            {model.display_name}
          </span>
        )}
      </div>
    ),
  }),
  column.accessor((model) => model.routes.length, {
    id: 'routes',
    header: t('models.routes'),
    cell: ({ row }) => {
      const routes = row.original.routes
      if (routes.length === 0) return <span className="text-ink-3">{t('models.noRoutes')}</span>
      const first = routes[0]
      return (
        <div className="grid w-46 grid-cols-[minmax(0,1fr)] gap-1">
          <span className="flex items-baseline gap-1.5">
            <span className="truncate">{first?.providerLabel}</span>
            <Mono className="min-w-0 truncate text-ink-3">{first?.upstream_model}</Mono>
            {routes.length > 1 && <span className="text-xs text-ink-3">+{routes.length - 1}</span>}
          </span>
          <RouteBar routes={routes} className="h-1.5 w-full rounded-sm" />
        </div>
      )
    },
  }),
  column.accessor((model) => activity?.hours.get(model.model_id)?.calls ?? 0, {
    id: 'calls',
    header: t('models.lastHour'),
    cell: ({ row: { original: model } }) =>
      activity ? (
        <ModelHour name={model.model_id} hour={activity.hours.get(model.model_id)} />
      ) : activity === null ? (
        <span className="text-ink-3">{dash}</span>
      ) : (
        <Skeleton className="w-40" />
      ),
  }),
  column.accessor((model) => model.strategy ?? '', {
    id: 'strategy',
    header: t('models.strategy'),
    cell: ({ getValue }) => (
      <span className="whitespace-nowrap text-ink-2">
        {t(`models.strategy.${getValue() || 'default'}` as 'models.strategy')}
      </span>
    ),
  }),
  column.accessor((model) => number(model.input_price), {
    id: 'input_price',
    header: t('models.inputPrice'),
    meta: { align: 'end' },
    cell: ({ row }) =>
      row.original.price_source === 'none' ? (
        <span className="text-warn">{t('models.unpriced')}</span>
      ) : (
        <Price value={row.original.input_price} f={f} />
      ),
  }),
  column.accessor((model) => number(model.output_price), {
    id: 'output_price',
    header: t('models.outputPrice'),
    meta: { align: 'end' },
    cell: ({ row }) => <Price value={row.original.output_price} f={f} />,
  }),
  column.accessor((model) => model.context_window ?? -1, {
    id: 'context_window',
    header: t('models.context'),
    meta: { align: 'end' },
    cell: ({ row }) => {
      const size = row.original.context_window
      return size ? f.compact(size) : <span className="text-ink-3">{dash}</span>
    },
  }),
  column.accessor('enabled', {
    header: t('common.status'),
    cell: ({ row: { original: model } }) => (
      <span className="flex flex-wrap items-center gap-1">
        <StatusBadge tone={model.enabled ? 'ok' : 'off'}>
          {t(model.enabled ? 'common.enabled' : 'common.disabled')}
        </StatusBadge>
        <BreakerMark routes={model.routes} health={activity?.health} />
      </span>
    ),
  }),
  column.display({
    id: 'actions',
    header: () => <span className="sr-only">{t('common.actions')}</span>,
    meta: { align: 'end' },
    cell: ({ row: { original: model } }) => (
      <RowMenu name={model.model_id}>
        <MenuItem onSelect={() => actions.open(model)}>
          <Route aria-hidden />
          {t('models.manageRoutes')}
        </MenuItem>
        <MenuItem onSelect={() => actions.edit(model)}>
          <Pencil aria-hidden />
          {t('common.edit')}
        </MenuItem>
        <MenuItem onSelect={() => actions.toggle(model)}>
          <Power aria-hidden />
          {t(model.enabled ? 'models.disable' : 'models.enable')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => actions.remove(model)}>
          <Trash2 aria-hidden />
          {t('common.delete')}
        </MenuItem>
      </RowMenu>
    ),
  }),
]

function Price({ value, f }: { value: string | null | undefined; f: Formats }) {
  return value === null || value === undefined ? (
    <span className="text-ink-3">{dash}</span>
  ) : (
    <>{f.usd(value)}</>
  )
}
