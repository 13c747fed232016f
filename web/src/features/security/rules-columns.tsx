import { ArrowDownLeft, ArrowUpRight, Pencil, Trash2 } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { RowMenu } from '@/components/row-menu'
import { Badge } from '@/components/ui/badge'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import { Switch } from '@/components/ui/toggles'
import type { Translate } from '@/i18n'
import type { ContentRule } from '@/lib/api/security'
import { dash, type Formats } from '@/lib/format'
import { ActionBadge } from './action-badge'
import { actions as ranks } from './data/schema'

export interface RuleRow extends ContentRule {
  /** Calls of the last days that it was found in; undefined while that is not known. */
  calls: number | undefined
  lastHit: string | undefined
}

interface Actions {
  edit: (rule: ContentRule) => void
  remove: (rule: ContentRule) => void
  toggle: (rule: ContentRule) => void
}

const column = columnsOf<RuleRow>()

export const ruleColumns = (t: Translate, f: Formats, actions: Actions) => [
  column.accessor('name', {
    header: t('security.rule'),
    cell: ({ row: { original: rule } }) => (
      <div className="max-w-44 min-w-32">
        <button
          type="button"
          title={rule.name}
          className="max-w-full truncate rounded font-mono text-[0.92em] font-medium tracking-tight hover:underline"
          onClick={(event) => {
            event.stopPropagation()
            actions.edit(rule)
          }}
        >
          {rule.name}
        </button>
        <p className="truncate text-xs text-ink-3" title={rule.description ?? undefined}>
          {t(`security.severity.${rule.severity}`)}
          {rule.description && ` · ${rule.description}`}
        </p>
      </div>
    ),
  }),
  column.accessor('pattern', {
    header: t('security.match'),
    cell: ({ row: { original: rule } }) => (
      <span className="flex max-w-44 items-center gap-2">
        <Badge>{t(`security.match.${rule.match}`)}</Badge>
        <span className="truncate font-mono text-xs text-ink-2" title={rule.pattern}>
          {rule.pattern}
        </span>
      </span>
    ),
  }),
  column.accessor('scope', {
    header: t('security.scope'),
    cell: ({ getValue }) => {
      const Icon = getValue() === 'input' ? ArrowUpRight : ArrowDownLeft
      return (
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap text-ink-2">
          <Icon className="size-3.5 text-ink-3" aria-hidden />
          {t(`security.scope.${getValue()}`)}
        </span>
      )
    },
  }),
  column.accessor((rule) => ranks.indexOf(rule.action), {
    id: 'action',
    header: t('security.action'),
    cell: ({ row }) => <ActionBadge action={row.original.action} />,
  }),
  column.accessor((rule) => rule.calls ?? -1, {
    id: 'calls',
    header: t('security.hits'),
    meta: { align: 'end' },
    cell: ({ row: { original: rule } }) =>
      rule.calls ? (
        <span title={rule.lastHit && f.exact(rule.lastHit)}>{f.compact(rule.calls)}</span>
      ) : (
        <span className="text-ink-3">{rule.calls === 0 ? '0' : dash}</span>
      ),
  }),
  column.accessor('enabled', {
    header: t('common.enabled'),
    cell: ({ row: { original: rule } }) => (
      <span onClick={(event) => event.stopPropagation()} className="inline-flex">
        <Switch
          checked={rule.enabled}
          onCheckedChange={() => actions.toggle(rule)}
          aria-label={t('security.enable', { name: rule.name })}
        />
      </span>
    ),
  }),
  column.display({
    id: 'actions',
    header: () => <span className="sr-only">{t('common.actions')}</span>,
    meta: { align: 'end' },
    cell: ({ row: { original: rule } }) => (
      <RowMenu name={rule.name}>
        <MenuItem onSelect={() => actions.edit(rule)}>
          <Pencil aria-hidden />
          {t('common.edit')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => actions.remove(rule)}>
          <Trash2 aria-hidden />
          {t('common.delete')}
        </MenuItem>
      </RowMenu>
    ),
  }),
]
