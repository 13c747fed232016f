import { Ban, Pencil, RotateCw } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { RowMenu } from '@/components/row-menu'
import { StatusBadge, type HealthTone } from '@/components/status'
import { Mono, Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import type { Translate } from '@/i18n'
import type { ApiKey } from '@/lib/api/keys'
import { stateOf, type KeyState } from './data/schema'

interface Actions {
  edit: (key: ApiKey) => void
  rotate: (key: ApiKey) => void
  revoke: (key: ApiKey) => void
}

const tones: Record<KeyState, HealthTone> = {
  active: 'ok',
  expiring: 'warn',
  expired: 'bad',
  revoked: 'off',
}

const column = columnsOf<ApiKey>()

export const keyColumns = (t: Translate, actions: Actions) => [
  column.accessor('name', {
    header: t('common.name'),
    cell: ({ row: { original: key } }) => (
      <div className="min-w-40">
        <button
          type="button"
          className="rounded font-medium hover:underline"
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
      const state = stateOf(row.original)
      return <StatusBadge tone={tones[state]}>{t(`keys.state.${state}`)}</StatusBadge>
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
          <Badge key={surface} title={t(`keys.surface.${surface}`)}>
            {t(`keys.surface.${surface}Short`)}
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
          <MenuItem onSelect={() => actions.rotate(key)}>
            <RotateCw aria-hidden />
            {t('keys.rotate')}
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => actions.revoke(key)}>
            <Ban aria-hidden />
            {t('keys.revoke')}
          </MenuItem>
        </RowMenu>
      ),
  }),
]
