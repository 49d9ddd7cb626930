/* SPDX-License-Identifier: ISC */
/*
 * rfc3339: days to a date of the Gregorian calendar, by counting years from March, so that a leap day is the last day
 * of its year; 400 years are 146097 days, and 719468 days lie between 0000-03-01 and 1970-01-01.
 */
#include <inttypes.h>

#include "rfc3339.h"

enum { DAY = 86400, ERA_DAYS = 146097, EPOCH_DAYS = 719468 };

char *rfc3339_text(struct arena *a, int64_t seconds)
{
	int64_t days = seconds / DAY - (seconds % DAY < 0), second = seconds - days * DAY;
	int64_t z = days + EPOCH_DAYS, era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS, of_era = z - era * ERA_DAYS;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
	int64_t day = of_year - (153 * month + 2) / 5 + 1;

	month += month < 10 ? 3 : -9;
	year += era * 400 + (month <= 2);
	return arena_printf(a, "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "Z",
	    year, month, day, second / 3600, second / 60 % 60, second % 60);
}
