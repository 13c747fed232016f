import { ChevronRight, Search } from 'lucide-react'
import { useId, useState } from 'react'
import { DangerBadge, PermissionKey } from '@/components/permission'
import { Input } from '@/components/ui/input'
import { Checkbox } from '@/components/ui/toggles'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import type { Permission } from '@/lib/api/roles'
import { DangerCount } from './danger-count'
import { coverage, covers, withKeys, withResource } from './data/policy'

interface ActionTreeProps {
  label: string
  catalogue: Permission[]
  actions: string[]
  onChange: (actions: string[]) => void
  readOnly: boolean
}

const states = { all: true, some: 'indeterminate', none: false } as const

/** Every permission by what it is about: a branch ticks all of it, those that come later included. */
export function ActionTree({ label, catalogue, actions, onChange, readOnly }: ActionTreeProps) {
  const { t } = useI18n()
  const id = useId()
  const [search, setSearch] = useState('')
  const [open, setOpen] = useState<string[]>([])
  const keys = catalogue.map((each) => each.key)
  const wanted = search.trim().toLowerCase()
  const found = catalogue.filter((each) => `${each.key} ${each.description}`.toLowerCase().includes(wanted))
  const resources = [...new Set(found.map((each) => each.resource))]

  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="relative min-w-40 flex-1">
          <Search className="pointer-events-none absolute start-2.5 top-2 size-4 text-ink-3" aria-hidden />
          <Input
            aria-label={t('roles.findPermission')}
            placeholder={t('roles.findPermission')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="ps-8"
          />
        </div>
        <div className="flex items-center gap-2">
          <Checkbox
            id={`${id}-all`}
            disabled={readOnly}
            checked={states[coverage(actions, keys)]}
            onCheckedChange={(checked) => onChange(checked === true ? ['*'] : [])}
          />
          <label htmlFor={`${id}-all`} className="text-sm">
            {t('roles.everyPermission')}
          </label>
        </div>
      </div>
      <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line">
        {resources.map((resource) => {
          const all = catalogue.filter((each) => each.resource === resource)
          const shown = found.filter((each) => each.resource === resource)
          const state = coverage(
            actions,
            all.map((each) => each.key),
          )
          const ticked = all.filter((each) => covers(actions, each.key))
          const expanded = wanted !== '' || open.includes(resource)
          return (
            <li key={resource}>
              <div className="flex min-h-9 items-center gap-2.5 ps-3 pe-1.5">
                <Checkbox
                  disabled={readOnly}
                  checked={states[state]}
                  onCheckedChange={(checked) =>
                    onChange(withResource(actions, keys, resource, checked === true))
                  }
                  aria-label={t('roles.allOf', { resource })}
                />
                <button
                  type="button"
                  aria-expanded={expanded}
                  onClick={() =>
                    setOpen(
                      open.includes(resource)
                        ? open.filter((each) => each !== resource)
                        : [...open, resource],
                    )
                  }
                  className="flex min-h-8 min-w-0 flex-1 items-center gap-2 rounded px-1 text-start hover:bg-hover"
                >
                  <span className="min-w-0 flex-1 truncate font-mono text-xs">{resource}</span>
                  <DangerCount keys={ticked.filter((each) => each.dangerous).map((each) => each.key)} />
                  <span className="tnum text-xs text-ink-3">
                    {ticked.length}/{all.length}
                  </span>
                  <ChevronRight
                    className={cn('size-4 text-ink-3 transition-transform', expanded && 'rotate-90')}
                    aria-hidden
                  />
                </button>
              </div>
              {expanded && (
                <ul className="grid gap-px border-t border-line bg-sunken/60 py-1 ps-9 pe-3">
                  {shown.map((permission) => (
                    <li key={permission.key} className="flex items-start gap-2.5 py-1">
                      <Checkbox
                        id={`${id}-${permission.key}`}
                        disabled={readOnly}
                        checked={covers(actions, permission.key)}
                        onCheckedChange={(checked) =>
                          onChange(withKeys(actions, keys, [permission.key], checked === true))
                        }
                        aria-describedby={`${id}-${permission.key}-hint`}
                        className="mt-0.5"
                      />
                      <div className="min-w-0">
                        <label
                          htmlFor={`${id}-${permission.key}`}
                          className="flex flex-wrap items-center gap-x-2"
                        >
                          <PermissionKey value={permission.key} />
                          {permission.dangerous && <DangerBadge />}
                        </label>
                        <p id={`${id}-${permission.key}-hint`} className="text-xs text-ink-3">
                          {permission.description}
                        </p>
                      </div>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          )
        })}
        {resources.length === 0 && (
          <li className="px-3 py-4 text-center text-sm text-ink-3">{t('common.noMatch')}</li>
        )}
      </ul>
    </fieldset>
  )
}
