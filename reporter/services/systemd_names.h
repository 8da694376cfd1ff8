/* Names of objects and interfaces on D-Bus, from org.freedesktop.systemd1(5). */
#ifndef REPORTER_SERVICES_SYSTEMD_NAMES_H
#define REPORTER_SERVICES_SYSTEMD_NAMES_H

#define SYSTEMD_NAME	     "org.freedesktop.systemd1"
#define SYSTEMD_MANAGER_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER	     SYSTEMD_NAME ".Manager"
#define DBUS_PROPERTIES	     "org.freedesktop.DBus.Properties"

#endif
