import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useForm, useWatch } from 'react-hook-form'
import { meetsPasswordRules, PasswordRules } from '@/components/password-rules'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { changePassword } from '@/lib/api/session'
import { showFieldErrors } from '@/lib/forms'
import { z } from '@/lib/zod'

export function PasswordForm({ onChanged }: { onChanged: () => Promise<unknown> }) {
  const { t } = useI18n()
  const toast = useToast()
  const schema = z
    .object({
      current_password: z.string().min(1, t('form.required')),
      new_password: z.string().refine(meetsPasswordRules, t('setup.admin.passwordWeak')),
      again: z.string(),
    })
    .refine((values) => values.new_password === values.again, {
      path: ['again'],
      message: t('auth.notAlike'),
    })
  const form = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: { current_password: '', new_password: '', again: '' },
  })
  const fresh = useWatch({ control: form.control, name: 'new_password' })
  const { errors } = form.formState
  const change = useMutation({
    mutationFn: ({ current_password, new_password }: z.infer<typeof schema>) =>
      changePassword({ current_password, new_password }),
    onSuccess: async () => {
      form.reset()
      toast.success(t('profile.passwordChanged'), t('profile.othersEnded'))
      await onChanged()
    },
    onError: (error) => showFieldErrors(error, form.setError, ['current_password', 'new_password']),
  })
  const shown = errors.current_password ?? errors.new_password
  return (
    <form noValidate className="grid gap-4" onSubmit={form.handleSubmit((values) => change.mutate(values))}>
      <Field label={t('profile.currentPassword')} error={errors.current_password?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('current_password')}
            type="password"
            autoComplete="current-password"
          />
        )}
      </Field>
      <div className="grid gap-2">
        <Field label={t('auth.newPasswordLabel')} error={errors.new_password?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('new_password')}
              type="password"
              autoComplete="new-password"
            />
          )}
        </Field>
        <PasswordRules password={fresh} />
      </div>
      <Field label={t('auth.again')} error={errors.again?.message}>
        {(control) => (
          <Input {...control} {...form.register('again')} type="password" autoComplete="new-password" />
        )}
      </Field>
      {!shown && <FormError error={change.error} />}
      <div>
        <Button type="submit" variant="primary" busy={change.isPending}>
          {t('profile.changePassword')}
        </Button>
      </div>
    </form>
  )
}
