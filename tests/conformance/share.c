/* SPDX-License-Identifier: MIT */

/* Memory that goes from one client to another as a file descriptor. */

#include "conformance.h"
#include "support/models.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE_BYTES 8192
#define THREADS    4

static struct apu_buffer *
new_exported(struct apu_device *dev, uint8_t **out_map, int *out_fd)
{
	struct apu_buffer *buf;

	buf = new_buffer(dev, SIZE_BYTES,
			 APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE,
			 (void **)out_map);
	assert_int_equal(apu_buffer_export_fd(buf, out_fd), 0);
	return buf;
}

static struct apu_buffer *
import_mapped(struct apu_device *dev, int fd, uint8_t **out_map)
{
	struct apu_buffer *buf = NULL;

	assert_int_equal(apu_buffer_import_fd(dev, fd, &buf), 0);
	assert_int_equal(apu_buffer_map(buf, (void **)out_map), 0);
	return buf;
}

/* As with PRIME: the same memory is one object of the device. */
static void
own_export_is_the_same_memory(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *bufs[2];
	uint64_t addresses[2];
	struct apu_job *job = UNTOUCHED;
	uint8_t *map, *twin_map;
	int fd;

	(void)state;
	bufs[0] = new_exported(dev, &map, &fd);
	bufs[1] = import_mapped(dev, fd, &twin_map);
	close(fd);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			apu_buffer_device_address(bufs[i], &addresses[i]), 0);
	assert_int_equal(addresses[0], addresses[1]);
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_SHARED_BUFFER, NULL,
					     0, 0, bufs, 2, &job),
			 -EINVAL);
	assert_ptr_equal(job, UNTOUCHED);
	assert_int_equal(apu_buffer_handle(bufs[0]),
			 apu_buffer_handle(bufs[1]));

	assert_int_equal(fill_command(dev, bufs[0], 0x11), 0);
	assert_int_equal(twin_map[7], 0x11);
	apu_buffer_unref(bufs[0]);
	assert_int_equal(fill_command(dev, bufs[1], 0x22), 0);
	assert_int_equal(twin_map[7], 0x22);
	assert_int_equal(
		copy_by_address(dev, addresses[1], addresses[1] + 16, 16), 0);
	assert_int_equal(twin_map[23], 0x22);
	apu_buffer_unref(bufs[1]);
	apu_device_unref(dev);
}

static void
memfd_imported_twice_is_one_memory(void **state)
{
	struct apu_device *dev = open_device();
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct apu_buffer *first, *second;
	uint8_t *map, *second_map;

	(void)state;
	assert_int_equal(ftruncate(fd, SIZE_BYTES), 0);
	first = import_mapped(dev, fd, &map);
	second = import_mapped(dev, fd, &second_map);
	close(fd);
	assert_int_equal(apu_buffer_handle(first), apu_buffer_handle(second));
	assert_int_equal(fill_command(dev, first, 0x55), 0);
	assert_int_equal(second_map[7], 0x55);
	apu_buffer_unref(first);
	assert_int_equal(fill_command(dev, second, 0x56), 0);
	assert_int_equal(second_map[7], 0x56);
	apu_buffer_unref(second);
	apu_device_unref(dev);
}

static void
model_runs_on_two_imports_of_one_memory(void **state)
{
	struct tflite_file file = model_add();
	struct apu_device *dev = open_device();
	struct apu_buffer *buf, *twin;
	struct apu_fence *fence = UNTOUCHED;
	struct apu_model *model;
	struct apu_job *job;
	uint8_t *map, *twin_map;
	int fd;

	(void)state;
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	buf = new_exported(dev, &map, &fd);
	twin = import_mapped(dev, fd, &twin_map);
	close(fd);
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_input(job, 1, twin, 64), 0);
	assert_int_equal(apu_job_bind_output(job, 0, twin, 0), 0);
	assert_int_equal(apu_job_submit(job, &fence), -EINVAL);
	assert_ptr_equal(fence, UNTOUCHED);
	assert_int_equal(apu_job_bind_output(job, 0, twin, 128), 0);
	map[3] = 20;
	map[64 + 3] = 22;
	assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
	assert_int_equal(twin_map[128 + 3], 42);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_buffer_unref(twin);
	apu_model_unref(model);
	apu_device_unref(dev);
}

/* A wait for memory waits for it by whatever buffer it is used. */
static void
twin_is_as_busy_as_its_buffer(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf, *twin;
	uint8_t *map;
	int fd;

	(void)state;
	assert_int_equal(
		apu_buffer_new(dev, LARGE_BYTES,
			       APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE, &buf),
		0);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), 0);
	twin = import_mapped(dev, fd, &map);
	close(fd);
	map[LARGE_BYTES / 2 - 1] = 0x5a;
	for (unsigned int i = 0; i < scaled(20); i++) {
		struct apu_fence *fence;

		map[LARGE_BYTES - 1] = 0;
		assert_int_equal(submit_copy(dev, buf, &fence), 0);
		apu_fence_unref(fence);
		assert_int_equal(apu_buffer_cpu_begin(twin, APU_BUFFER_READ,
						      long_deadline_ns(dev)),
				 0);
		assert_int_equal(map[LARGE_BYTES - 1], 0x5a);
		assert_int_equal(apu_buffer_cpu_end(twin, APU_BUFFER_READ), 0);
	}
	apu_buffer_unref(buf);
	apu_buffer_unref(twin);
	apu_device_unref(dev);
}

static void
device_of_another_client_writes_what_was_exported(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct apu_buffer *buf, *twin;
	uint8_t *map, *twin_map;
	int fd;

	(void)state;
	buf = new_exported(dev, &map, &fd);
	twin = import_mapped(other, fd, &twin_map);
	close(fd);
	for (uint8_t i = 1; i < 8; i++) {
		assert_int_equal(fill_command(other, twin, i), 0);
		assert_int_equal(map[7], i);
		assert_int_equal(fill_command(dev, buf, (uint8_t)(0x80 + i)),
				 0);
		assert_int_equal(twin_map[7], 0x80 + i);
	}
	apu_buffer_unref(buf);
	apu_buffer_unref(twin);
	apu_device_unref(dev);
	apu_device_unref(other);
}

static void
two_exports_stay_two(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct apu_buffer *bufs[2], *twins[2];
	uint8_t *maps[2], *twin_maps[2];
	int fds[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		bufs[i] = new_exported(dev, &maps[i], &fds[i]);
	for (int i = 0; i < 2; i++)
		twins[i] = import_mapped(other, fds[i], &twin_maps[i]);
	maps[0][0] = 1;
	maps[1][0] = 2;
	assert_int_equal(twin_maps[0][0], 1);
	assert_int_equal(twin_maps[1][0], 2);
	/* One may end before the other. */
	apu_buffer_unref(bufs[0]);
	apu_buffer_unref(twins[0]);
	assert_int_equal(fill_command(other, twins[1], 0x31), 0);
	assert_int_equal(maps[1][0], 0x31);
	for (int i = 0; i < 2; i++)
		close(fds[i]);
	apu_buffer_unref(bufs[1]);
	apu_buffer_unref(twins[1]);
	apu_device_unref(dev);
	apu_device_unref(other);
}

static void
duplicate_of_an_fd_is_the_same_memory(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct apu_buffer *buf, *twin, *second;
	uint8_t *map, *twin_map, *second_map;
	int fd, copy;

	(void)state;
	buf = new_exported(dev, &map, &fd);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	twin = import_mapped(other, fd, &twin_map);
	close(fd);
	second = import_mapped(other, copy, &second_map);
	close(copy);
	map[100] = 1;
	assert_int_equal(twin_map[100], 1);
	assert_int_equal(second_map[100], 1);
	apu_buffer_unref(twin);
	map[100] = 2;
	assert_int_equal(second_map[100], 2);
	apu_buffer_unref(second);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	apu_device_unref(other);
}

static void
exported_fd_tells_its_size(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map;
	int fd;

	(void)state;
	buf = new_exported(dev, &map, &fd);
	assert_int_equal(lseek(fd, 0, SEEK_END), SIZE_BYTES);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	close(fd);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
exported_fd_outlives_all_and_comes_back(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map;
	int fd;

	(void)state;
	buf = new_exported(dev, &map, &fd);
	map[SIZE_BYTES - 1] = 0;
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	for (uint8_t round = 1; round < 5; round++) {
		dev = open_device();
		buf = import_mapped(dev, fd, &map);
		assert_int_equal(map[SIZE_BYTES - 1], round - 1);
		assert_int_equal(fill_command(dev, buf, round), 0);
		map[SIZE_BYTES - 1] = round;
		apu_buffer_unref(buf);
		apu_device_unref(dev);
	}
	close(fd);
}

static void
import_is_exported_again(void **state)
{
	struct apu_device *devs[3];
	struct apu_buffer *bufs[3];
	uint8_t *first, *map;
	int fd;

	(void)state;
	devs[0] = open_device();
	bufs[0] = new_exported(devs[0], &first, &fd);
	for (int i = 1; i < 3; i++) {
		devs[i] = open_device();
		bufs[i] = import_mapped(devs[i], fd, &map);
		close(fd);
		assert_int_equal(apu_buffer_export_fd(bufs[i], &fd), 0);
	}
	close(fd);
	assert_int_equal(fill_command(devs[2], bufs[2], 0x66), 0);
	assert_int_equal(first[7], 0x66);
	for (int i = 0; i < 3; i++) {
		apu_buffer_unref(bufs[i]);
		apu_device_unref(devs[i]);
	}
}

static void
exported_fd_is_mapped_by_the_program(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map, *own;
	int fd;

	(void)state;
	buf = new_exported(dev, &map, &fd);
	own = mmap(NULL, SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(own, MAP_FAILED);
	close(fd);
	assert_int_equal(fill_command(dev, buf, 0x77), 0);
	assert_int_equal(own[7], 0x77);
	own[SIZE_BYTES - 1] = 0x78;
	assert_int_equal(map[SIZE_BYTES - 1], 0x78);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	/* It is the program's own mapping: nobody else ends it. */
	assert_int_equal(own[SIZE_BYTES - 1], 0x78);
	munmap(own, SIZE_BYTES);
}

struct racer {
	pthread_t thread;
	struct apu_device *dev;
	struct apu_buffer *buf;
	int fd;
	int ret;
};

static void
run_racers(struct racer *racers, void *(*run)(void *))
{
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&racers[i].thread, NULL, run,
						&racers[i]),
				 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(racers[i].thread, NULL);
		assert_int_equal(racers[i].ret, 0);
	}
}

static void *
export_and_drop(void *data)
{
	struct racer *r = data;
	struct apu_buffer *twin = NULL;
	int fd = -1;

	r->ret = apu_buffer_export_fd(r->buf, &fd);
	apu_buffer_unref(r->buf);
	if (r->ret < 0)
		return NULL;
	r->ret = apu_buffer_import_fd(r->dev, fd, &twin);
	close(fd);
	if (r->ret == 0)
		r->ret = fill_command(r->dev, twin, 1);
	apu_buffer_unref(twin);
	return NULL;
}

static void
threads_export_while_others_close(void **state)
{
	struct apu_device *dev = open_device();
	unsigned int fds = count_open_fds();

	(void)state;
	for (unsigned int round = 0; round < scaled(50); round++) {
		struct racer racers[THREADS];
		struct apu_buffer *buf;

		assert_int_equal(apu_buffer_new(dev, SIZE_BYTES,
						APU_BUFFER_EXPORTABLE, &buf),
				 0);
		for (size_t i = 0; i < THREADS; i++)
			racers[i] = (struct racer) {
				.dev = dev,
				.buf = apu_buffer_ref(buf),
			};
		apu_buffer_unref(buf);
		run_racers(racers, export_and_drop);
	}
	assert_int_equal(count_open_fds(), fds);
	apu_device_unref(dev);
}

static void *
import_and_close(void *data)
{
	struct racer *r = data;

	for (unsigned int i = 0; i < scaled(50) && r->ret == 0; i++) {
		struct apu_buffer *buf = NULL;

		r->ret = apu_buffer_import_fd(r->dev, r->fd, &buf);
		if (r->ret == 0)
			r->ret = fill_command(r->dev, buf, 1);
		apu_buffer_unref(buf);
	}
	return NULL;
}

static void
threads_import_while_others_close(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct racer racers[THREADS];
	struct apu_buffer *buf;
	uint8_t *map;
	int fd;

	(void)state;
	buf = new_exported(other, &map, &fd);
	for (size_t i = 0; i < THREADS; i++)
		racers[i] = (struct racer) { .dev = dev, .fd = fd };
	run_racers(racers, import_and_close);
	assert_int_equal(map[7], 1);
	close(fd);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	apu_device_unref(other);
}

#define NEEDS (CAN_RUN_COMMANDS | CAN_SHARE)

static const struct conformance_case cases[] = {
	{ "own export is the same memory", NEEDS | CAN_ADDRESS,
	  own_export_is_the_same_memory },
	{ "a memfd imported twice is one memory", NEEDS,
	  memfd_imported_twice_is_one_memory },
	{ "a model runs on two imports of one memory",
	  CAN_RUN_MODELS | CAN_SHARE, model_runs_on_two_imports_of_one_memory },
	{ "a twin is as busy as its buffer", NEEDS,
	  twin_is_as_busy_as_its_buffer },
	{ "the device of another client writes what was exported", NEEDS,
	  device_of_another_client_writes_what_was_exported },
	{ "two exports stay two", NEEDS, two_exports_stay_two },
	{ "a duplicate of an fd is the same memory", CAN_SHARE,
	  duplicate_of_an_fd_is_the_same_memory },
	{ "an exported fd tells its size", CAN_SHARE,
	  exported_fd_tells_its_size },
	{ "an exported fd outlives all and comes back", NEEDS,
	  exported_fd_outlives_all_and_comes_back },
	{ "an import is exported again", NEEDS, import_is_exported_again },
	{ "an exported fd is mapped by the program", NEEDS,
	  exported_fd_is_mapped_by_the_program },
	{ "threads export while others close", NEEDS,
	  threads_export_while_others_close },
	{ "threads import while others close", NEEDS,
	  threads_import_while_others_close },
};

const struct conformance_group share_group = { cases, COUNT(cases) };
