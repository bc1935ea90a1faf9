/** Permissions that allow everything: patterns of names (RabbitMQ: Access Control). */
export const ALL_PERMISSIONS = Object.freeze({ configure: '.*', write: '.*', read: '.*' });
