import { zodResolver } from '@hookform/resolvers/zod'
import { ArrowLeft, ArrowRight } from 'lucide-react'
import { useForm, useWatch } from 'react-hook-form'
import { meetsPasswordRules, PasswordRules } from '@/components/password-rules'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { z } from '@/lib/zod'
import { StepHeading } from './setup-page'

export interface AdminDraft {
  display_name: string
  email: string
  password: string
}

interface AdminStepProps {
  draft: AdminDraft | undefined
  onBack: () => void
  onNext: (draft: AdminDraft) => void
}

export function AdminStep({ draft, onBack, onNext }: AdminStepProps) {
  const { t } = useI18n()
  const schema = z.object({
    display_name: z.string().trim().min(1, t('form.required')),
    email: z.email(t('form.email')),
    password: z.string().refine(meetsPasswordRules, t('setup.admin.passwordWeak')),
  })
  const form = useForm<AdminDraft>({
    resolver: zodResolver(schema),
    defaultValues: draft ?? { display_name: '', email: '', password: '' },
  })
  const password = useWatch({ control: form.control, name: 'password' })
  const { errors } = form.formState

  return (
    <>
      <StepHeading title={t('setup.admin.title')}>{t('setup.admin.lead')}</StepHeading>
      <form noValidate className="grid gap-5" onSubmit={form.handleSubmit(onNext)}>
        <Field label={t('setup.admin.name')} error={errors.display_name?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register('display_name')}
              autoComplete="name"
              autoFocus
              className="h-9"
            />
          )}
        </Field>
        <Field label={t('auth.email')} error={errors.email?.message} hint={t('setup.admin.emailHint')}>
          {(control) => (
            <Input
              {...control}
              {...form.register('email')}
              type="email"
              autoComplete="username"
              className="h-9"
            />
          )}
        </Field>
        <div className="grid gap-2">
          <Field label={t('auth.password')} error={errors.password?.message}>
            {(control) => (
              <Input
                {...control}
                {...form.register('password')}
                type="password"
                autoComplete="new-password"
                className="h-9"
              />
            )}
          </Field>
          <PasswordRules password={password} />
        </div>
        <div className="mt-1 flex justify-between">
          <Button size="lg" variant="ghost" onClick={onBack}>
            <ArrowLeft aria-hidden />
            {t('common.back')}
          </Button>
          <Button type="submit" size="lg" variant="primary">
            {t('common.continue')}
            <ArrowRight aria-hidden />
          </Button>
        </div>
      </form>
    </>
  )
}
