import { Ban, Gauge, Pencil, RotateCw } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { RowMenu } from '@/components/row-menu'
import { StatusBadge, type HealthTone } from '@/components/status'
import { Mono, Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import type { Translate } from '@/i18n'
import type { ApiKey, Surface } from '@/lib/api/keys'
import { stateOf, type KeyState } from './data/schema'

interface Actions {
  edit: (key: ApiKey) => void
  limits: (key: ApiKey) => void
  rotate: (key: ApiKey) => void
  revoke: (key: ApiKey) => void
}

const tones: Record<KeyState, HealthTone> = {
  active: 'ok',
  expiring: 'warn',
  rotation_due: 'warn',
  rotated: 'warn',
  expired: 'bad',
  disabled: 'bad',
  revoked: 'off',
}

type Disabled = 'inactive' | 'rotation_overdue'

const column = columnsOf<ApiKey>()

export const keyColumns = (t: Translate, actions: Actions) => [
  column.accessor('name', {
    header: t('common.name'),
    cell: ({ row: { original: key } }) => (
      <div className="max-w-64 min-w-40">
        <button
          type="button"
          title={key.name}
          className="block max-w-full truncate rounded font-medium hover:underline"
          onClick={(event) => {
            event.stopPropagation()
            actions.edit(key)
          }}
        >
          {key.name}
        </button>
        <div>
          <Mono className="text-ink-3">{key.key_prefix}…</Mono>
        </div>
      </div>
    ),
  }),
  column.accessor((key) => stateOf(key), {
    id: 'state',
    header: t('common.status'),
    cell: ({ row }) => {
      const key = row.original
      const state = stateOf(key)
      const why =
        key.revoked_reason ?? (key.disabled_reason && t(`keys.disabled.${key.disabled_reason as Disabled}`))
      return (
        <span className="grid justify-items-start" title={why ?? undefined}>
          <StatusBadge tone={tones[state]}>{t(`keys.state.${state}`)}</StatusBadge>
          {state === 'rotation_due' && key.rotation_due_at && (
            <span className="text-xs text-ink-3">
              {t('keys.dueSince')} <Time value={key.rotation_due_at} />
            </span>
          )}
          {why && <span className="max-w-40 truncate text-xs text-ink-3">{why}</span>}
        </span>
      )
    },
  }),
  column.accessor((key) => key.user_email ?? '', {
    id: 'user_email',
    header: t('keys.owner'),
    cell: ({ getValue }) => <span className="text-ink-2">{getValue() || '–'}</span>,
  }),
  column.accessor((key) => key.surfaces.join(' '), {
    id: 'surfaces',
    header: t('keys.surfaces'),
    enableSorting: false,
    cell: ({ row }) => (
      <span className="flex gap-1">
        {row.original.surfaces.map((surface) => (
          <Badge key={surface} title={t(`keys.surface.${surface as Surface}`)}>
            {t(`keys.surface.${surface as Surface}Short`)}
          </Badge>
        ))}
      </span>
    ),
  }),
  column.accessor((key) => key.allowed_models?.join(' ') ?? '', {
    id: 'models',
    header: t('nav.models'),
    enableSorting: false,
    cell: ({ row }) => {
      const models = row.original.allowed_models
      if (!models) return <span className="text-ink-3">{t('keys.allModels')}</span>
      const shown = models.slice(0, 2).join(', ')
      return (
        <Mono className="block max-w-56 truncate text-ink-2">
          {models.length > 2 ? `${shown} +${models.length - 2}` : shown || t('common.none')}
        </Mono>
      )
    },
  }),
  column.accessor((key) => [key.cost_center, ...(key.tags ?? [])].filter(Boolean).join(' '), {
    id: 'cost_center',
    header: t('keys.costCenter'),
    cell: ({ row: { original: key } }) => (
      <span className="flex max-w-48 flex-wrap items-center gap-1">
        {key.cost_center && <span className="text-ink-2">{key.cost_center}</span>}
        {(key.tags ?? []).slice(0, 3).map((tag) => (
          <Badge key={tag} tone="outline">
            {tag}
          </Badge>
        ))}
        {!key.cost_center && !key.tags?.length && <span className="text-ink-3">–</span>}
      </span>
    ),
  }),
  column.accessor((key) => key.last_used_at ?? '', {
    id: 'last_used_at',
    header: t('keys.lastUsed'),
    cell: ({ getValue }) =>
      getValue() ? (
        <Time value={getValue()} className="text-ink-2" />
      ) : (
        <span className="text-ink-3">{t('common.never')}</span>
      ),
  }),
  column.accessor((key) => key.expires_at ?? '9999', {
    id: 'expires_at',
    header: t('keys.expires'),
    cell: ({ row }) =>
      row.original.expires_at ? (
        <Time value={row.original.expires_at} className="text-ink-2" />
      ) : (
        <span className="text-ink-3">{t('common.never')}</span>
      ),
  }),
  column.accessor('created_at', {
    header: t('common.created'),
    cell: ({ getValue }) => <Time value={getValue()} className="text-ink-2" />,
  }),
  column.display({
    id: 'actions',
    header: () => <span className="sr-only">{t('common.actions')}</span>,
    meta: { align: 'end' },
    cell: ({ row: { original: key } }) =>
      stateOf(key) === 'revoked' ? null : (
        <RowMenu name={key.name}>
          <MenuItem onSelect={() => actions.edit(key)}>
            <Pencil aria-hidden />
            {t('common.edit')}
          </MenuItem>
          <MenuItem onSelect={() => actions.limits(key)}>
            <Gauge aria-hidden />
            {t('limits.title')}
          </MenuItem>
          {!key.replaced_by && !key.ephemeral && (
            <MenuItem onSelect={() => actions.rotate(key)}>
              <RotateCw aria-hidden />
              {t('keys.rotate')}
            </MenuItem>
          )}
          <MenuSeparator />
          <MenuItem danger onSelect={() => actions.revoke(key)}>
            <Ban aria-hidden />
            {t('keys.revoke')}
          </MenuItem>
        </RowMenu>
      ),
  }),
]
