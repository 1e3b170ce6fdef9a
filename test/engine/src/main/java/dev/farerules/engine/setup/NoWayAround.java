package dev.farerules.engine.setup;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.regex.Pattern;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/**
 * Refuses {@code /camunda/..;/engine-rest}. To Tomcat that is {@code /engine-rest}: it takes what follows the semicolon for a
 * parameter. To a proxy it is something below {@code /camunda}, and so a proxy that lets people reach the web applications
 * alone would let them reach the REST API.
 */
@Configuration(proxyBeanMethods = false)
class NoWayAround {

  /** One or two dots, written out or encoded, with a parameter. Without one, the proxy sees the way as Tomcat does. */
  private static final Pattern DOTS_WITH_PARAMETER =
      Pattern.compile("/(\\.|%2e){1,2};", Pattern.CASE_INSENSITIVE);

  /** Whether the path of a request, as it was sent, leads elsewhere than a proxy may think. */
  static boolean goesAround(String requestURI) {
    return DOTS_WITH_PARAMETER.matcher(requestURI).find();
  }

  @Bean
  FilterRegistrationBean<Filter> noWayAroundFilter() {
    FilterRegistrationBean<Filter> registration =
        new FilterRegistrationBean<>(
            (request, response, chain) -> {
              if (goesAround(((HttpServletRequest) request).getRequestURI())) {
                ((HttpServletResponse) response).setStatus(HttpServletResponse.SC_BAD_REQUEST);
              } else {
                chain.doFilter(request, response);
              }
            });
    registration.addUrlPatterns("/*");
    // A long poll is answered by another thread.
    registration.setAsyncSupported(true);
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }
}
