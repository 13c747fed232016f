import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { Unlink } from 'lucide-react'
import { useState } from 'react'
import { EmptyState, FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { ApiError } from '@/lib/api/problem'
import { meQuery } from '@/lib/api/session'
import { linkSso, ssoLinkQuery } from '@/lib/api/sso'
import { AuthLayout } from './auth-layout'
import { asksForCode } from './login-page'
import { SecondFactor } from './second-factor'

/** An account with this e-mail was here before: its password ties the two together, once. */
export function LinkPage() {
  const { t } = useI18n()
  const router = useRouter()
  const client = useQueryClient()
  const offer = useQuery(ssoLinkQuery)
  const [password, setPassword] = useState('')
  const [second, setSecond] = useState(false)
  const link = useMutation({
    mutationFn: linkSso,
    onSuccess: async () => {
      client.removeQueries({ queryKey: meQuery.queryKey })
      await router.navigate({ href: offer.data?.redirect ?? '/' })
    },
    onError: (error) => asksForCode(error) && setSecond(true),
  })
  const wrong = link.error instanceof ApiError && link.error.status === 401

  if (offer.isError) {
    return (
      <AuthLayout title={t('sso.linkTitle')} lead={t('auth.tagline')}>
        <div role="alert" className="panel shadow-sm">
          <EmptyState
            icon={Unlink}
            title={t('sso.linkGone')}
            className="py-8"
            action={
              <Button asChild variant="primary">
                <Link to="/login">{t('auth.signIn')}</Link>
              </Button>
            }
          />
        </div>
      </AuthLayout>
    )
  }
  if (second) {
    return (
      <AuthLayout title={t('auth.twoFactor')} lead={t('auth.twoFactorLead')}>
        <SecondFactor
          busy={link.isPending}
          error={asksForCode(link.error) ? null : link.error}
          onSubmit={(code) => link.mutate({ password, ...code })}
          onBack={() => {
            setSecond(false)
            link.reset()
          }}
        />
      </AuthLayout>
    )
  }
  return (
    <AuthLayout
      title={t('sso.linkTitle')}
      lead={offer.data && t('sso.linkLead', { email: offer.data.email, label: offer.data.label })}
    >
      <form
        className="panel grid gap-4 p-5 shadow-sm"
        onSubmit={(event) => {
          event.preventDefault()
          if (password) link.mutate({ password })
        }}
      >
        <Field label={t('auth.password')} error={wrong ? t('sso.linkRefused') : undefined}>
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="current-password"
              autoFocus
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              className="h-9"
            />
          )}
        </Field>
        {!wrong && <FormError error={link.error} />}
        <Button
          type="submit"
          variant="primary"
          size="lg"
          busy={link.isPending}
          disabled={!password || !offer.data}
        >
          {t('sso.linkAction')}
        </Button>
        <Button asChild variant="ghost">
          <Link to="/login">{t('common.cancel')}</Link>
        </Button>
      </form>
    </AuthLayout>
  )
}
