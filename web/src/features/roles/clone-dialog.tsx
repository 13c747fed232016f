import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { cloneRole, type Role } from '@/lib/api/roles'
import { showFieldErrors } from '@/lib/forms'
import { z } from '@/lib/zod'

interface CloneDialogProps {
  role: Role
  onClose: () => void
  onCloned: (role: Role) => Promise<unknown>
}

export function CloneDialog({ role, onClose, onCloned }: CloneDialogProps) {
  const { t } = useI18n()
  const schema = z.object({
    name: z
      .string()
      .trim()
      .regex(/^[a-z][a-z0-9_-]{1,63}$/, t('roles.nameForm')),
    display_name: z.string().trim().min(1, t('form.required')).max(100),
  })
  const form = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: {
      name: `${role.name}_copy`,
      display_name: t('roles.copyOf', { name: role.display_name }),
    },
  })
  const { errors } = form.formState
  const clone = useMutation({
    mutationFn: (values: z.infer<typeof schema>) => cloneRole(role.id, values),
    onSuccess: onCloned,
    onError: (error) => showFieldErrors(error, form.setError, ['name', 'display_name']),
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('roles.cloneTitle', { name: role.display_name })}
      description={t('roles.cloneHint')}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form="clone-form" variant="primary" busy={clone.isPending}>
            {t('roles.clone')}
          </Button>
        </>
      }
    >
      <form
        id="clone-form"
        noValidate
        className="grid gap-4"
        onSubmit={form.handleSubmit((values) => clone.mutate(values))}
      >
        <Field label={t('users.displayName')} error={errors.display_name?.message}>
          {(control) => <Input {...control} {...form.register('display_name')} autoFocus />}
        </Field>
        <Field label={t('common.name')} error={errors.name?.message} hint={t('roles.nameHint')}>
          {(control) => (
            <Input {...control} {...form.register('name')} spellCheck={false} className="font-mono" />
          )}
        </Field>
        <FormError error={clone.error} />
      </form>
    </Dialog>
  )
}
