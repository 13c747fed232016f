export const setupSteps = ['welcome', 'admin', 'site', 'provider'] as const
export type SetupStep = (typeof setupSteps)[number]
