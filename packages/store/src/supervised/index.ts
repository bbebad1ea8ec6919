export {
  type AnnouncedSession,
  readAnnouncement,
  type SessionAnnouncement,
  SUPERVISOR_FD_VARIABLE,
  SUPERVISOR_PID_VARIABLE,
  writeAnnouncement,
} from './announcement.ts';
export { type SessionAnnouncer, sessionAnnouncer } from './announcer.ts';
