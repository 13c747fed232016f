import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useForm } from 'react-hook-form'
import { LogoMark } from '@/components/logo'
import { PreferencesMenu } from '@/components/shell/preferences-menu'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { ApiError } from '@/lib/api/problem'
import { login, meQuery } from '@/lib/api/session'
import { z } from '@/lib/zod'

export function LoginPage({ redirectTo }: { redirectTo: string }) {
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
  const signIn = useMutation({
    mutationFn: login,
    onSuccess: async () => {
      client.removeQueries({ queryKey: meQuery.queryKey })
      await router.navigate({ href: redirectTo })
    },
  })

  useEffect(() => {
    document.title = `${t('auth.signIn')} · ThinkWatch`
  }, [t])

  const refused = signIn.error instanceof ApiError && signIn.error.status === 401
  return (
    <div className="relative flex min-h-dvh flex-col bg-[radial-gradient(60rem_30rem_at_50%_-8rem,var(--accent-soft),transparent)]">
      <header className="flex justify-end p-3">
        <PreferencesMenu />
      </header>
      <main className="grid flex-1 place-items-center px-4 pb-24">
        <div className="w-full max-w-sm">
          <div className="mb-6 grid justify-items-center gap-3 text-center">
            <LogoMark className="size-11" />
            <div>
              <h1 className="text-xl font-semibold tracking-tight">{t('auth.signInTo')}</h1>
              <p className="mt-1 text-sm text-ink-2">{t('auth.tagline')}</p>
            </div>
          </div>
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
        </div>
      </main>
    </div>
  )
}
