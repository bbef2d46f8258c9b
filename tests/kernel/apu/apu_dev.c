// SPDX-License-Identifier: GPL-2.0
/*
 * The process that is the device: a misc device that it reads requests from and
 * writes replies to. See apu_dev.h of the library for the protocol.
 */

#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <linux/dma-buf.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include "apu.h"
#include "apu_compat.h"

void apu_dev_send(struct apu_device *apu, struct apu_message *message)
{
	lockdep_assert_held(&apu->lock);
	list_add_tail(&message->link, &apu->outbox);
	wake_up_all(&apu->readers);
}

struct apu_job *apu_take_running(struct apu_core *core, struct apu_job *only)
{
	struct apu_device *apu = core->apu;
	struct apu_job *job;

	spin_lock(&apu->lock);
	job = core->running;
	if (job && only && job != only)
		job = NULL;
	if (job) {
		core->running = NULL;
		list_del_init(&job->message.link);
	}
	spin_unlock(&apu->lock);
	return job;
}

static int apu_reply(struct apu_device *apu, u32 index, const u8 *reply,
		     size_t bytes)
{
	struct apu_core *core;
	struct apu_job *job;
	size_t data_at;

	if (index >= apu->core_count || bytes < APU_HEADER_BYTES)
		return -EINVAL;
	core = &apu->cores[index];
	spin_lock(&apu->lock);
	job = core->running;
	if (job && job->id != get_unaligned_le16(reply))
		job = NULL;
	if (job)
		core->running = NULL;
	spin_unlock(&apu->lock);
	if (!job)
		return -ENOENT;

	/* What came, and no more than was asked for. */
	data_at = APU_HEADER_BYTES + job->size_in;
	job->result = get_unaligned_le16(reply + 4);
	job->size_out = min(job->size_out, get_unaligned_le16(reply + 8));
	if (bytes < data_at + job->size_out)
		job->size_out = bytes > data_at ? bytes - data_at : 0;
	if (job->size_out)
		memcpy(job->data_out, reply + data_at, job->size_out);
	apu_job_end(job, 0);
	apu_job_put(job);
	return 0;
}

/* The process has gone: nothing that runs will end any more. */
static void apu_fail_running(struct apu_device *apu)
{
	for (u32 i = 0; i < apu->core_count; i++) {
		struct apu_job *job = apu_take_running(&apu->cores[i], NULL);

		if (!job)
			continue;
		apu_job_end(job, -ENODEV);
		apu_job_put(job);
	}
}

/* The object at a client's address, with a reference. */
static struct drm_gem_object *apu_find_object(struct apu_device *apu,
					      u32 client, u64 *address)
{
	struct drm_gem_object *obj = NULL;
	struct apu_file *file;
	struct apu_vma *vma;

	xa_lock(&apu->files);
	file = xa_load(&apu->files, client);
	if (file && !kref_get_unless_zero(&file->ref))
		file = NULL;
	xa_unlock(&apu->files);
	if (!file)
		return NULL;
	mutex_lock(&file->lock);
	list_for_each_entry(vma, &file->vmas, link) {
		if (*address - vma->node.start >= vma->node.size)
			continue;
		obj = vma->obj;
		*address = vma->node.start;
		drm_gem_object_get(obj);
		break;
	}
	mutex_unlock(&file->lock);
	apu_file_put(file);
	return obj;
}

static struct apu_device *apu_dev_get(struct file *file)
{
	return file->private_data;
}

static int apu_dev_open(struct inode *inode, struct file *file)
{
	struct apu_device *apu = container_of(file->private_data,
					      struct apu_device, misc);
	int ret = 0;

	spin_lock(&apu->lock);
	if (apu->is_gone)
		ret = -ENODEV;
	else if (apu->is_attached)
		ret = -EBUSY;
	else
		apu->is_attached = true;
	spin_unlock(&apu->lock);
	if (ret)
		return ret;
	drm_dev_get(&apu->drm);
	file->private_data = apu;
	return nonseekable_open(inode, file);
}

static int apu_dev_release(struct inode *inode, struct file *file)
{
	struct apu_device *apu = apu_dev_get(file);

	spin_lock(&apu->lock);
	apu->is_attached = false;
	while (!list_empty(&apu->outbox))
		list_del_init(apu->outbox.next);
	spin_unlock(&apu->lock);
	apu_fail_running(apu);
	drm_dev_put(&apu->drm);
	return 0;
}

static bool apu_dev_has_news(struct apu_device *apu)
{
	bool has_news;

	spin_lock(&apu->lock);
	has_news = apu->is_gone || !list_empty(&apu->outbox);
	spin_unlock(&apu->lock);
	return has_news;
}

/*
 * Copy the first message out of the box: its job may end while a page of the
 * reader's is being fetched.
 */
static ssize_t apu_dev_take(struct apu_device *apu, u8 *bytes, size_t room)
{
	struct apu_message *message;
	ssize_t size = 0;

	spin_lock(&apu->lock);
	message = list_first_entry_or_null(&apu->outbox, struct apu_message,
					   link);
	if (apu->is_gone) {
		size = -ENODEV;
	} else if (message) {
		size = sizeof(message->header) + message->header.size_bytes;
		if (size > room) {
			size = -EMSGSIZE;
		} else {
			list_del_init(&message->link);
			memcpy(bytes, &message->header,
			       sizeof(message->header));
			memcpy(bytes + sizeof(message->header), message->data,
			       message->header.size_bytes);
		}
	}
	spin_unlock(&apu->lock);
	return size;
}

static ssize_t apu_dev_read(struct file *file, char __user *to, size_t room,
			    loff_t *offset)
{
	struct apu_device *apu = apu_dev_get(file);
	u8 bytes[APUI_DEV_MAX_BYTES];
	ssize_t size;
	int ret;

	for (;;) {
		size = apu_dev_take(apu, bytes, min(room, sizeof(bytes)));
		if (size)
			break;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(apu->readers,
					       apu_dev_has_news(apu));
		if (ret)
			return ret;
	}
	if (size > 0 && copy_to_user(to, bytes, size))
		return -EFAULT;
	return size;
}

static ssize_t apu_dev_write(struct file *file, const char __user *from,
			     size_t size, loff_t *offset)
{
	struct apu_device *apu = apu_dev_get(file);
	struct apui_dev_message *header;
	u8 bytes[APUI_DEV_MAX_BYTES];
	int ret;

	if (size < sizeof(*header) || size > sizeof(bytes))
		return -EINVAL;
	if (copy_from_user(bytes, from, size))
		return -EFAULT;
	header = (struct apui_dev_message *)bytes;
	if (header->type != APUI_DEV_REPLY ||
	    header->size_bytes != size - sizeof(*header))
		return -EINVAL;
	ret = apu_reply(apu, header->core, bytes + sizeof(*header),
			header->size_bytes);
	return ret ? ret : size;
}

static __poll_t apu_dev_poll(struct file *file, poll_table *wait)
{
	struct apu_device *apu = apu_dev_get(file);

	poll_wait(file, &apu->readers, wait);
	return apu_dev_has_news(apu) ? EPOLLIN | EPOLLRDNORM : 0;
}

/* The object's dma-buf, as an fd that owns a reference. */
static int apu_dev_export(struct drm_gem_object *obj)
{
	struct dma_buf *buf;
	int fd;

	if (obj->import_attach) {
		buf = obj->import_attach->dmabuf;
		get_dma_buf(buf);
	} else {
		buf = drm_gem_prime_export(obj, O_RDWR | O_CLOEXEC);
		if (IS_ERR(buf))
			return PTR_ERR(buf);
	}
	fd = dma_buf_fd(buf, O_CLOEXEC);
	if (fd < 0)
		dma_buf_put(buf);
	return fd;
}

static long apu_dev_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	struct apu_device *apu = apu_dev_get(file);
	struct apui_dev_get_buffer args;
	struct drm_gem_object *obj;

	if (cmd != APUI_DEV_GET_BUFFER)
		return -ENOTTY;
	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	obj = apu_find_object(apu, args.client, &args.address);
	if (!obj)
		return -ENOENT;
	args.size_bytes = obj->size;
	args.fd = apu_dev_export(obj);
	drm_gem_object_put(obj);
	if (args.fd < 0)
		return args.fd;
	/* The fd is the process's already; it finds it by its number. */
	return copy_to_user((void __user *)arg, &args, sizeof(args)) ? -EFAULT
								     : 0;
}

static const struct file_operations apu_dev_fops = {
	.owner = THIS_MODULE,
	.open = apu_dev_open,
	.release = apu_dev_release,
	.read = apu_dev_read,
	.write = apu_dev_write,
	.poll = apu_dev_poll,
	.unlocked_ioctl = apu_dev_ioctl,
};

int apu_dev_init(struct apu_device *apu)
{
	apu->misc.minor = MISC_DYNAMIC_MINOR;
	apu->misc.name = APUI_DEV_NAME;
	apu->misc.fops = &apu_dev_fops;
	apu->misc.mode = 0600;
	return misc_register(&apu->misc);
}

void apu_dev_fini(struct apu_device *apu)
{
	misc_deregister(&apu->misc);
	spin_lock(&apu->lock);
	apu->is_gone = true;
	spin_unlock(&apu->lock);
	wake_up_all(&apu->readers);
	apu_fail_running(apu);
}

MODULE_IMPORT_NS(DMA_BUF);
