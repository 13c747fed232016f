import { useQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { teamsQuery } from '@/lib/api/people'
import type { Permission, PolicyStatement } from '@/lib/api/roles'
import { ActionTree } from './action-tree'
import { reachOf, resourcesFor, words, type Reach } from './data/policy'

interface StatementCardProps {
  index: number
  statement: PolicyStatement
  catalogue: Permission[]
  faults: string[]
  readOnly: boolean
  onChange: (statement: PolicyStatement) => void
  onRemove?: () => void
}

const reaches: Reach[] = ['everything', 'teams', 'named']

/** One statement: whether it allows or denies, what, and where or on what. */
export function StatementCard(props: StatementCardProps) {
  const { index, statement, catalogue, faults, readOnly, onChange, onRemove } = props
  const { t } = useI18n()
  const access = useAccess()
  const listId = useId()
  const [reach, setReach] = useState<Reach>(reachOf(statement))
  const [named, setNamed] = useState((statement.resources ?? []).join(', '))
  const teams = useQuery({ ...teamsQuery, enabled: reach === 'named' && access.maySomewhere('teams:read') })
  const title = t('roles.statement', { n: index + 1 })

  return (
    <section
      aria-label={title}
      className={`grid gap-4 rounded-lg border p-3 sm:p-4 ${faults.length > 0 ? 'border-bad' : 'border-line'}`}
    >
      <header className="flex flex-wrap items-center gap-3">
        <h3 className="flex-1 text-sm font-semibold">{title}</h3>
        <fieldset disabled={readOnly}>
          <legend className="sr-only">{t('roles.effect')}</legend>
          <Segmented
            label={t('roles.effect')}
            value={statement.effect}
            onChange={(effect) => !readOnly && onChange({ ...statement, effect })}
            options={(['allow', 'deny'] as const).map((effect) => ({
              value: effect,
              label: t(`roles.effect.${effect}`),
            }))}
          />
        </fieldset>
        {onRemove && !readOnly && (
          <Button
            variant="ghost"
            size="icon"
            onClick={onRemove}
            aria-label={t('roles.removeStatement', { n: index + 1 })}
          >
            <Trash2 aria-hidden />
          </Button>
        )}
      </header>
      {faults.length > 0 && (
        <div role="alert">
          <ul className="grid gap-1 text-xs text-bad">
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
      <ActionTree
        label={t(statement.effect === 'allow' ? 'roles.allows' : 'roles.denies')}
        catalogue={catalogue}
        actions={statement.actions}
        readOnly={readOnly}
        onChange={(actions) => onChange({ ...statement, actions })}
      />
      <div className="grid justify-items-start gap-2">
        <span aria-hidden className="text-sm font-medium">
          {t('roles.reach')}
        </span>
        <Segmented
          label={t('roles.reach')}
          className="max-w-full overflow-x-auto"
          value={reach}
          onChange={(next) => {
            if (readOnly) return
            setReach(next)
            onChange({ ...statement, resources: next === 'named' ? words(named) : resourcesFor(next) })
          }}
          options={reaches.map((each) => ({ value: each, label: t(`roles.reach.${each}`) }))}
        />
        <p className="text-xs text-ink-3">{t(`roles.reachHint.${reach}`)}</p>
        {reach === 'named' && (
          <Field label={t('roles.resources')} hint={t('roles.resourcesHint')} className="w-full">
            {(control) => (
              <>
                <Input
                  {...control}
                  value={named}
                  readOnly={readOnly}
                  list={listId}
                  onChange={(event) => {
                    setNamed(event.target.value)
                    onChange({ ...statement, resources: words(event.target.value) })
                  }}
                  placeholder="model:gpt-5*, team:*"
                  spellCheck={false}
                  className="font-mono"
                />
                <datalist id={listId}>
                  <option value="model:*" />
                  <option value="mcp_tool:*" />
                  {teams.data?.items.map((team) => (
                    <option key={team.id} value={`team:${team.id}`}>
                      {team.name}
                    </option>
                  ))}
                </datalist>
              </>
            )}
          </Field>
        )}
      </div>
    </section>
  )
}
