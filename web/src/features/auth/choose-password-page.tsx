import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck, Unlink } from 'lucide-react'
import { useForm, useWatch } from 'react-hook-form'
import { meetsPasswordRules, PasswordRules } from '@/components/password-rules'
import { EmptyState, FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { ApiError } from '@/lib/api/problem'
import { redeemToken } from '@/lib/api/session'
import { showFieldErrors } from '@/lib/forms'
import { z } from '@/lib/zod'
import { AuthLayout } from './auth-layout'

interface ChoosePasswordPageProps {
  kind: 'invite' | 'reset'
  /** The secret of the link; empty when the link was cut off. */
  token: string
}

/** Where the one-time link of an invitation or a reset leads. */
export function ChoosePasswordPage({ kind, token }: ChoosePasswordPageProps) {
  const { t } = useI18n()
  const schema = z
    .object({
      password: z.string().refine(meetsPasswordRules, t('setup.admin.passwordWeak')),
      again: z.string(),
    })
    .refine((values) => values.password === values.again, { path: ['again'], message: t('auth.notAlike') })
  const form = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: { password: '', again: '' },
  })
  const password = useWatch({ control: form.control, name: 'password' })
  const { errors } = form.formState
  const redeem = useMutation({
    mutationFn: (values: { password: string }) => redeemToken(token, values.password),
    onError: (error) => showFieldErrors(error, form.setError, ['password']),
  })
  const spent = redeem.error instanceof ApiError && redeem.error.status === 401
  const signIn = (
    <Button asChild variant="primary">
      <Link to="/login">{t('auth.signIn')}</Link>
    </Button>
  )

  return (
    <AuthLayout
      title={t(kind === 'invite' ? 'auth.welcome' : 'auth.newPassword')}
      lead={t(kind === 'invite' ? 'auth.welcomeLead' : 'auth.newPasswordLead')}
    >
      {redeem.isSuccess ? (
        <div role="status" className="panel shadow-sm">
          <EmptyState icon={CircleCheck} title={t('auth.passwordChosen')} action={signIn} className="py-8">
            {t('auth.passwordChosenHint')}
          </EmptyState>
        </div>
      ) : !token || spent ? (
        <div role="alert" className="panel shadow-sm">
          <EmptyState icon={Unlink} title={t('auth.linkDead')} action={signIn} className="py-8">
            {t('auth.linkDeadHint')}
          </EmptyState>
        </div>
      ) : (
        <form
          noValidate
          className="panel grid gap-4 p-5 shadow-sm"
          onSubmit={form.handleSubmit((values) => redeem.mutate(values))}
        >
          <div className="grid gap-2">
            <Field label={t('auth.newPasswordLabel')} error={errors.password?.message}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register('password')}
                  type="password"
                  autoComplete="new-password"
                  autoFocus
                  className="h-9"
                />
              )}
            </Field>
            <PasswordRules password={password} />
          </div>
          <Field label={t('auth.again')} error={errors.again?.message}>
            {(control) => (
              <Input
                {...control}
                {...form.register('again')}
                type="password"
                autoComplete="new-password"
                className="h-9"
              />
            )}
          </Field>
          {!errors.password && <FormError error={redeem.error} />}
          <Button type="submit" variant="primary" size="lg" busy={redeem.isPending}>
            {t('auth.setPassword')}
          </Button>
        </form>
      )}
    </AuthLayout>
  )
}
