import { Download, Pencil, Power, Trash2 } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { ProviderMark } from '@/components/provider-mark'
import { RowMenu } from '@/components/row-menu'
import { SimulatedBadge, StatusBadge } from '@/components/status'
import { Mono, Time } from '@/components/text'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import type { Translate } from '@/i18n'
import type { Provider } from '@/lib/api/catalog'
import { kindOf } from './data/schema'

interface Actions {
  edit: (provider: Provider) => void
  importFrom: (provider: Provider) => void
  remove: (provider: Provider) => void
  toggle: (provider: Provider) => void
}

const column = columnsOf<Provider>()

export const providerColumns = (t: Translate, actions: Actions) => [
  column.accessor('display_name', {
    header: t('common.name'),
    cell: ({ row: { original: provider } }) => (
      <div className="flex max-w-72 items-center gap-2.5">
        <ProviderMark type={provider.provider_type} />
        <div className="min-w-0">
          <div className="flex items-center gap-2">
            <button
              type="button"
              title={provider.display_name}
              className="truncate rounded font-medium hover:underline"
              onClick={(event) => {
                event.stopPropagation()
                actions.edit(provider)
              }}
            >
              {provider.display_name}
            </button>
            {provider.simulated && <SimulatedBadge />}
          </div>
          <Mono className="text-ink-3">{provider.name}</Mono>
        </div>
      </div>
    ),
  }),
  column.accessor('provider_type', {
    header: t('providers.type'),
    cell: ({ row }) => (
      <span className="whitespace-nowrap text-ink-2">{kindOf(row.original.provider_type).name}</span>
    ),
  }),
  column.accessor('base_url', {
    header: t('providers.baseUrl'),
    cell: ({ getValue }) => <Mono className="block max-w-80 truncate text-ink-2">{getValue()}</Mono>,
  }),
  column.display({
    id: 'api_key',
    header: t('providers.apiKey'),
    cell: ({ row }) =>
      row.original.api_key ? (
        <span className="whitespace-nowrap text-ink-2">
          <Mono>{row.original.api_key}</Mono>
          {(row.original.api_keys?.length ?? 0) > 1 && (
            <span className="ms-1.5 text-xs text-ink-3">+{row.original.api_keys!.length - 1}</span>
          )}
        </span>
      ) : (
        <span className="text-ink-3">{t('common.none')}</span>
      ),
  }),
  column.accessor('enabled', {
    header: t('common.status'),
    cell: ({ getValue }) => (
      <StatusBadge tone={getValue() ? 'ok' : 'off'}>
        {t(getValue() ? 'common.enabled' : 'common.disabled')}
      </StatusBadge>
    ),
  }),
  column.accessor((provider) => provider.updated_at ?? provider.created_at ?? '', {
    id: 'updated_at',
    header: t('common.updated'),
    cell: ({ getValue }) => <Time value={getValue() || null} className="text-ink-2" />,
  }),
  column.display({
    id: 'actions',
    header: () => <span className="sr-only">{t('common.actions')}</span>,
    meta: { align: 'end' },
    cell: ({ row: { original: provider } }) => (
      <RowMenu name={provider.display_name}>
        <MenuItem onSelect={() => actions.edit(provider)}>
          <Pencil aria-hidden />
          {t('common.edit')}
        </MenuItem>
        <MenuItem onSelect={() => actions.importFrom(provider)}>
          <Download aria-hidden />
          {t('providers.import')}
        </MenuItem>
        <MenuItem onSelect={() => actions.toggle(provider)}>
          <Power aria-hidden />
          {t(provider.enabled ? 'providers.disable' : 'providers.enable')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => actions.remove(provider)}>
          <Trash2 aria-hidden />
          {t('common.delete')}
        </MenuItem>
      </RowMenu>
    ),
  }),
]
