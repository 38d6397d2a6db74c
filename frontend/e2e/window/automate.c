/*
 * Loaded into the unmodified program by the window's end-to-end test only: it
 * lets WebKitWebDriver look into the one web view that the program makes. The
 * program itself never allows that.
 */
#include <stdlib.h>
#include <webkit2/webkit2.h>

static GtkWidget *view;

/* The children of the program are not for us. */
__attribute__((constructor)) static void alone(void) { unsetenv("LD_PRELOAD"); }

static WebKitWebView *give_view(WebKitAutomationSession *session, gpointer data) { return WEBKIT_WEB_VIEW(view); }

static void session_began(WebKitWebContext *context, WebKitAutomationSession *session, gpointer data) {
  WebKitApplicationInfo *info = webkit_application_info_new();
  webkit_application_info_set_name(info, "MarkAI");
  webkit_automation_session_set_application_info(session, info);
  webkit_application_info_unref(info);
  g_signal_connect(session, "create-web-view", G_CALLBACK(give_view), NULL);
}

GtkWidget *webkit_web_view_new_with_user_content_manager(WebKitUserContentManager *manager) {
  WebKitWebContext *context = webkit_web_context_get_default();
  webkit_web_context_set_automation_allowed(context, TRUE);
  g_signal_connect(context, "automation-started", G_CALLBACK(session_began), NULL);
  view = g_object_new(WEBKIT_TYPE_WEB_VIEW, "user-content-manager", manager, "is-controlled-by-automation", TRUE, NULL);
  return view;
}
