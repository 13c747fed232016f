import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { ApiError } from '@/lib/api/problem'
import { login, meQuery } from '@/lib/api/session'
import { z } from '@/lib/zod'
import { AuthLayout } from './auth-layout'
import { SecondFactor } from './second-factor'
import { SsoEntrance, type SsoEntranceProps } from './sso-entrance'

export const asksForCode = (error: unknown) =>
  error instanceof ApiError && error.status === 401 && Boolean(error.problem.type?.endsWith('totp_required'))

export function LoginPage({ redirectTo, sso }: { redirectTo: string; sso: SsoEntranceProps }) {
  const { t } = useI18n()
  const router = useRouter()
  const client = useQueryClient()
  const schema = z.object({
    email: z.email(t('form.email')),
    password: z.string().min(1, t('form.required')),
  })
  const form = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: { email: '', password: '' },
  })
  // The password was right and is kept, in this form only, until the code has come.
  const [second, setSecond] = useState(false)
  const signIn = useMutation({
    mutationFn: login,
    onSuccess: async () => {
      client.removeQueries({ queryKey: meQuery.queryKey })
      await router.navigate({ href: redirectTo })
    },
    onError: (error) => asksForCode(error) && setSecond(true),
  })

  const refused = signIn.error instanceof ApiError && signIn.error.status === 401
  if (second) {
    return (
      <AuthLayout title={t('auth.twoFactor')} lead={t('auth.twoFactorLead')}>
        <SecondFactor
          busy={signIn.isPending}
          error={asksForCode(signIn.error) ? null : signIn.error}
          onSubmit={(code) => signIn.mutate({ ...form.getValues(), ...code })}
          onBack={() => {
            setSecond(false)
            signIn.reset()
            form.reset()
          }}
        />
      </AuthLayout>
    )
  }
  return (
    <AuthLayout title={t('auth.signInTo')} lead={t('auth.tagline')}>
      <form
        noValidate
        className="panel grid gap-4 p-5 shadow-sm"
        onSubmit={form.handleSubmit((values) => signIn.mutate(values))}
      >
        <Field label={t('auth.email')} error={form.formState.errors.email?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('email')}
              type="email"
              autoComplete="username"
              autoFocus
              className="h-9"
            />
          )}
        </Field>
        <Field label={t('auth.password')} error={form.formState.errors.password?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('password')}
              type="password"
              autoComplete="current-password"
              className="h-9"
            />
          )}
        </Field>
        {refused ? (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
            {t('auth.refused')}
          </p>
        ) : (
          <FormError error={signIn.error} />
        )}
        <Button type="submit" variant="primary" size="lg" busy={signIn.isPending}>
          {t('auth.signIn')}
        </Button>
      </form>
      <SsoEntrance {...sso} redirectTo={redirectTo} />
    </AuthLayout>
  )
}
