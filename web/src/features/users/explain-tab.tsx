import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleSlash, MessageCircleQuestionMark } from 'lucide-react'
import { DangerBadge } from '@/components/permission'
import { EmptyState, ErrorState } from '@/components/states'
import { Badge, type Tone } from '@/components/ui/badge'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n, type MessageKey } from '@/i18n'
import { cn } from '@/lib/cn'
import type { Schemas } from '@/lib/api/client'
import { explainQuery, type User } from '@/lib/api/people'
import { permissionsQuery } from '@/lib/api/roles'
import { useSettled } from '@/lib/use-paged'
import { groupByResource, resourceKind } from './data/permissions'
import type { UsersProps } from './data/search'
import { PlaceSelect } from './place-select'

/** May this person do X on Y, and why: the very evaluation that decides, with each statement that had a say. */
export function ExplainTab({ user, search, onSearch }: UsersProps & { user: User }) {
  const { t } = useI18n()
  const catalogue = useQuery(permissionsQuery)
  const { permission } = search
  const kind = resourceKind(permission)
  const resource = useSettled(kind && search.resource)
  const answer = useQuery({
    ...explainQuery({
      user_id: user.id,
      permission: permission ?? '',
      team_id: search.place,
      resource: resource && `${kind}:${resource}`,
    }),
    enabled: Boolean(permission),
  })
  const asked = catalogue.data?.items.find((each) => each.key === permission)

  return (
    <div className="grid gap-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={t('users.mayDo', { name: user.display_name })} hint={asked?.description}>
          {(control) => (
            <Select
              {...control}
              value={permission ?? ''}
              onChange={(event) =>
                onSearch({ permission: event.target.value || undefined, resource: undefined })
              }
            >
              <option value="">{t('users.choosePermission')}</option>
              {groupByResource(catalogue.data?.items.map((each) => each.key) ?? []).map(([group, keys]) => (
                <optgroup key={group} label={group}>
                  {keys.map((key) => (
                    <option key={key} value={key}>
                      {key}
                    </option>
                  ))}
                </optgroup>
              ))}
            </Select>
          )}
        </Field>
        <PlaceSelect value={search.place} onChange={(place) => onSearch({ place })} />
        {kind && (
          <Field
            label={t(kind === 'model' ? 'users.onModel' : 'users.onTool')}
            optional={t('common.optional')}
            className="sm:col-span-2"
          >
            {(control) => (
              <Input
                {...control}
                value={search.resource ?? ''}
                onChange={(event) => onSearch({ resource: event.target.value || undefined })}
                placeholder={kind === 'model' ? 'gpt-5' : 'github__create_issue'}
                className="font-mono"
                spellCheck={false}
              />
            )}
          </Field>
        )}
      </div>
      {!permission ? (
        <EmptyState icon={MessageCircleQuestionMark} title={t('users.askWhy')}>
          {t('users.askWhyHint')}
        </EmptyState>
      ) : answer.isError ? (
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      ) : answer.data ? (
        <Verdict answer={answer.data} dangerous={asked?.dangerous ?? false} />
      ) : (
        <Skeleton className="h-32" />
      )}
    </div>
  )
}

const reasons = ['allowed', 'disabled', 'denied', 'not_allowed', 'not_this_resource'] as const
const outcomes: Record<string, Tone> = { allows: 'ok', denies: 'bad' }

function Verdict({ answer, dangerous }: { answer: Schemas['Explanation']; dangerous: boolean }) {
  const { t } = useI18n()
  const Icon = answer.allowed ? CircleCheck : CircleSlash
  const reason = reasons.find((each) => each === answer.reason_code)
  return (
    <div className="grid gap-4" aria-live="polite">
      <div
        className={cn(
          'flex items-start gap-3 rounded-lg px-4 py-3',
          answer.allowed ? 'bg-ok-soft text-ok' : 'bg-bad-soft text-bad',
        )}
      >
        <Icon className="mt-0.5 size-5 shrink-0" aria-hidden />
        <div>
          <p className="flex flex-wrap items-center gap-2 text-base font-semibold">
            {t(answer.allowed ? 'users.allowed' : 'users.refused')}
            {dangerous && <DangerBadge />}
          </p>
          <p className="text-sm">{reason ? t(`users.reason.${reason}`) : answer.reason}</p>
        </div>
      </div>
      {answer.statements.length > 0 && (
        <section aria-labelledby="statements-heading">
          <h3 id="statements-heading" className="mb-1.5 text-sm font-semibold">
            {t('users.statements')}
          </h3>
          <ul className="divide-y divide-line rounded-lg border border-line">
            {answer.statements.map((statement, index) => (
              <li key={index} className="grid gap-1 px-3 py-2">
                <p className="flex flex-wrap items-center gap-2 text-sm">
                  <Badge tone={outcomes[statement.outcome] ?? 'neutral'}>
                    {t(`users.outcome.${statement.outcome}` as MessageKey)}
                  </Badge>
                  <span className="font-medium">{statement.role}</span>
                  <span className="text-xs text-ink-3">
                    {t('users.statementNo', { n: statement.statement + 1 })}
                    {statement.assigned_in_team && ` · ${t('users.assignedInTeam')}`}
                  </span>
                </p>
                <p className="font-mono text-xs break-words text-ink-2">
                  {statement.effect} {statement.actions.join(', ')}
                  {statement.resources && ` → ${statement.resources.join(', ')}`}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
