import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input, Textarea } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { createTeam, readTeam, updateTeam, type Team } from '@/lib/api/people'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import { z } from '@/lib/zod'

const valuesOf = (team?: Team) => ({
  name: team?.name ?? '',
  description: team?.description ?? '',
  cost_center: team?.cost_center ?? '',
})

const labels: Record<string, MessageKey> = {
  name: 'common.name',
  description: 'security.description',
  cost_center: 'keys.costCenter',
}

interface TeamFormProps {
  /** Absent: of a team to be. */
  team?: Team
  readOnly?: boolean
  onSaved: (team: Team) => Promise<unknown>
}

export function TeamForm({ team, readOnly, onSaved }: TeamFormProps) {
  const { t } = useI18n()
  const toast = useToast()
  const schema = z.object({
    name: z.string().trim().min(1, t('form.required')).max(100),
    description: z.string().max(500),
    cost_center: z.string().trim().max(100),
  })
  const form = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: valuesOf(team),
  })
  const edit = useEdit({ form, read: team && (() => readTeam(team.id)), valuesOf })
  const { errors, isDirty } = form.formState
  const save = useMutation({
    mutationFn: async (values: z.infer<typeof schema>) =>
      (team ? await updateTeam(team.id, values, await edit.etag()) : await createTeam(values)) as Team,
    onSuccess: async (saved) => {
      toast.success(t('common.saved'), saved.name)
      await edit.saved()
      await onSaved(saved)
    },
    onError: (error) => showFieldErrors(error, form.setError, ['name', 'description', 'cost_center']),
  })
  return (
    <form noValidate className="grid gap-4" onSubmit={form.handleSubmit((values) => save.mutate(values))}>
      <Field label={t('common.name')} error={errors.name?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('name')}
            readOnly={readOnly}
            autoFocus={!team}
            autoComplete="off"
          />
        )}
      </Field>
      <Field
        label={t('security.description')}
        optional={t('common.optional')}
        error={errors.description?.message}
      >
        {(control) => <Textarea {...control} {...form.register('description')} readOnly={readOnly} />}
      </Field>
      <Field
        label={t('keys.costCenter')}
        optional={t('common.optional')}
        hint={t('keys.costCenterHint')}
        error={errors.cost_center?.message}
      >
        {(control) => (
          <Input
            {...control}
            {...form.register('cost_center')}
            readOnly={readOnly}
            className="max-w-64 font-mono"
          />
        )}
      </Field>
      <EditError edit={edit} error={save.error} onLoaded={save.reset} label={(name) => t(labels[name]!)} />
      {!readOnly && (
        <div>
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!isDirty}>
            {t(team ? 'common.save' : 'teams.create')}
          </Button>
        </div>
      )}
    </form>
  )
}
