import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Lock, Plus } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { toApiError } from '@/lib/api/problem'
import { createRole, permissionsQuery, readRole, updateRole, type Policy, type Role } from '@/lib/api/roles'
import { showFieldErrors } from '@/lib/forms'
import { locateJson } from '@/lib/json-positions'
import { useEdit } from '@/lib/use-edit'
import { z } from '@/lib/zod'
import { DangerCount } from './danger-count'
import { checkPolicy, policyFaults, type Fault } from './data/check'
import { dangers, emptyPolicy } from './data/policy'
import type { RolesProps } from './data/search'
import { PolicyJson } from './policy-json'
import { sayFault } from './say-fault'
import { StatementCard } from './statement-card'

interface PolicyTabProps extends RolesProps {
  /** Absent: of a role to be. */
  role?: Role
  readOnly: boolean
  onSaved: (role: Role) => Promise<unknown>
}

const valuesOf = (role?: Role) => ({
  name: role?.name ?? '',
  display_name: role?.display_name ?? '',
  description: role?.description ?? '',
})

const labels: Record<string, MessageKey> = {
  name: 'common.name',
  display_name: 'users.displayName',
  description: 'security.description',
  policy: 'roles.policy',
}

const write = (policy: Policy) => JSON.stringify(policy, null, 2)

/** A role's names and its policy, as a form and as JSON: two views of one document. */
export function PolicyTab({ role, readOnly, search, onSearch, onSaved }: PolicyTabProps) {
  const { t } = useI18n()
  const toast = useToast()
  const catalogue = useQuery(permissionsQuery)
  const keys = useMemo(() => catalogue.data?.items.map((each) => each.key) ?? [], [catalogue.data])
  const [policy, setPolicy] = useState<Policy>(role?.policy ?? emptyPolicy)
  const [text, setText] = useState(() => write(role?.policy ?? emptyPolicy))
  const [refused, setRefused] = useState<Fault[]>([])
  // Cards keep what is half typed in them: each has a name of its own that outlives its place in the list.
  const [cards, setCards] = useState(() => policy.statements.map((_, index) => index))
  const nextCard = useRef(policy.statements.length)
  const view = search.view ?? 'form'
  const schema = z.object({
    name: z
      .string()
      .trim()
      .regex(/^[a-z][a-z0-9_-]{1,63}$/, t('roles.nameForm')),
    display_name: z.string().trim().min(1, t('form.required')).max(100),
    description: z.string().max(500),
  })
  const form = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: valuesOf(role),
  })
  const { errors } = form.formState

  const located = useMemo(() => locateJson(text), [text])
  const faults = useMemo(
    () => ('at' in located ? [] : [...checkPolicy(located.value, keys), ...refused]),
    [located, keys, refused],
  )
  const broken = 'at' in located
  const ownFaults = faults.length - refused.length
  const change = (next: Policy) => {
    setPolicy(next)
    setText(write(next))
    setRefused([])
  }
  const type = (next: string) => {
    setText(next)
    setRefused([])
    const read = locateJson(next)
    if ('at' in read || checkPolicy(read.value, keys).length > 0) return
    const typed = read.value as Policy
    setPolicy({
      version: 1,
      statements: typed.statements.map((each) => ({ ...each, resources: each.resources ?? null })),
    })
    setCards(typed.statements.map(() => (nextCard.current += 1)))
  }

  // The policy as it was read: what differs from it was changed here.
  const read = useRef(write(role?.policy ?? emptyPolicy))
  const edit = useEdit({
    form,
    read: role && !readOnly ? () => readRole(role.id) : undefined,
    valuesOf,
    part: {
      name: 'policy',
      touched: () => text !== read.current,
      differs: (one, other) => write(one.policy) !== write(other.policy),
      take: (newer) => {
        // Nothing is set that stands there already: somebody may be typing.
        if (write(newer.policy) === read.current) return
        read.current = write(newer.policy)
        setCards(newer.policy.statements.map(() => (nextCard.current += 1)))
        change(newer.policy)
      },
    },
  })
  const save = useMutation({
    mutationFn: async (values: z.infer<typeof schema>) =>
      role
        ? updateRole(
            role.id,
            { ...(role.built_in ? {} : { name: values.name }), ...names(values), policy },
            await edit.etag(),
          )
        : createRole({ name: values.name, ...names(values), policy }),
    onSuccess: async (saved) => {
      toast.success(t('common.saved'), saved.display_name)
      await onSaved(saved)
    },
    onError: (error) => {
      showFieldErrors(error, form.setError, ['name', 'display_name', 'description'])
      setRefused(policyFaults(toApiError(error).problem.errors))
    },
  })
  if (catalogue.isError)
    return <ErrorState error={catalogue.error} onRetry={() => void catalogue.refetch()} />
  if (!catalogue.data) return <Skeleton className="h-80" />

  return (
    <form noValidate className="grid gap-5" onSubmit={form.handleSubmit((values) => save.mutate(values))}>
      {readOnly && (
        <p className="flex items-center gap-2 rounded-lg bg-sunken px-3 py-2 text-sm text-ink-2">
          <Lock className="size-4 shrink-0" aria-hidden />
          {t(role?.built_in ? 'roles.builtInHint' : 'roles.readOnlyHint')}
        </p>
      )}
      {!readOnly && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('users.displayName')} error={errors.display_name?.message}>
            {(control) => <Input {...control} {...form.register('display_name')} autoFocus={!role} />}
          </Field>
          <Field label={t('common.name')} error={errors.name?.message} hint={t('roles.nameHint')}>
            {(control) => (
              <Input
                {...control}
                {...form.register('name')}
                readOnly={role?.built_in}
                spellCheck={false}
                autoComplete="off"
                className="font-mono"
              />
            )}
          </Field>
          <Field
            label={t('security.description')}
            optional={t('common.optional')}
            error={errors.description?.message}
            className="sm:col-span-2"
          >
            {(control) => <Input {...control} {...form.register('description')} />}
          </Field>
        </div>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="text-base font-semibold">{t('roles.policy')}</h2>
        <DangerCount keys={dangers(policy, catalogue.data.items)} />
        <Segmented
          label={t('roles.view')}
          className="ms-auto"
          value={view}
          onChange={(next) => onSearch({ view: next === 'json' ? 'json' : undefined })}
          options={[
            { value: 'form', label: t('roles.view.form') },
            { value: 'json', label: 'JSON' },
          ]}
        />
      </div>
      {view === 'json' ? (
        <PolicyJson text={text} faults={faults} readOnly={readOnly} onChange={type} />
      ) : broken || (text !== write(policy) && ownFaults > 0) ? (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
          {t('roles.jsonBroken')}
        </p>
      ) : (
        <div className="grid gap-3">
          {policy.statements.map((statement, index) => (
            <StatementCard
              key={cards[index]}
              index={index}
              statement={statement}
              catalogue={catalogue.data.items}
              readOnly={readOnly}
              faults={refused
                .filter((fault) => fault.path.startsWith(`statements[${index}]`))
                .map((fault) => sayFault(fault, t))}
              onChange={(next) =>
                change({
                  ...policy,
                  statements: policy.statements.map((each, place) => (place === index ? next : each)),
                })
              }
              onRemove={
                policy.statements.length > 1
                  ? () => {
                      setCards(cards.filter((_, place) => place !== index))
                      change({
                        ...policy,
                        statements: policy.statements.filter((_, place) => place !== index),
                      })
                    }
                  : undefined
              }
            />
          ))}
          {!readOnly && (
            <div>
              <Button
                onClick={() => {
                  setCards([...cards, (nextCard.current += 1)])
                  change({
                    ...policy,
                    statements: [...policy.statements, { effect: 'allow', actions: [], resources: null }],
                  })
                }}
              >
                <Plus aria-hidden />
                {t('roles.addStatement')}
              </Button>
            </div>
          )}
        </div>
      )}
      {!readOnly && (
        <div className="sticky bottom-0 -mx-4 -mb-4 grid gap-3 border-t border-line bg-panel px-4 py-3 sm:-mx-5 sm:-mb-5 sm:px-5">
          {refused.length === 0 && Object.keys(errors).length === 0 && (
            <EditError
              edit={edit}
              error={save.error}
              onLoaded={save.reset}
              label={(name) => t(labels[name]!)}
            />
          )}
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" variant="primary" busy={save.isPending} disabled={broken || ownFaults > 0}>
              {t(role ? 'common.save' : 'roles.create')}
            </Button>
            {ownFaults > 0 && <p className="text-xs text-ink-3">{t('roles.needsActions')}</p>}
          </div>
        </div>
      )}
    </form>
  )
}

const names = (values: { display_name: string; description: string }) => ({
  display_name: values.display_name,
  description: values.description,
})
